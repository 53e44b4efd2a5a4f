import type { Json, Reporting, Values } from '../../../model/message.js';
import type { ReportStrategy } from '../../../model/report-strategy.js';
import { put } from '../../../operators/extract/put.js';
import { template } from '../../../operators/extract/template.js';
import { textOf } from '../../../operators/extract/text-of.js';
import type { Datapoint } from '../config/datapoint.js';
import type { Mapping } from '../config/mapping.js';

type Strategies = Readonly<Record<string, ReportStrategy>>;

const section = (points: readonly Datapoint[]): ((body: Json) => Strategies) | undefined => {
  const compiled = points.flatMap(({ key, reportStrategy }) =>
    reportStrategy === undefined ? [] : [{ name: template(key), reportStrategy }],
  );
  if (compiled.length === 0) return undefined;
  return (body) => {
    const strategies: Record<string, ReportStrategy> = {};
    for (const { name, reportStrategy } of compiled) {
      const found = name(body);
      if (found !== undefined && found !== null) put(strategies, textOf(found), reportStrategy);
    }
    return strategies;
  };
};

/**
 * Compiles what a mapping says of when its values are reported: its converter's `reportStrategy`, else its own, and those of its data points. Undefined
 * where it says nothing.
 */
export const reporting = ({ converter, reportStrategy }: Mapping): ((body: Values) => Reporting) | undefined => {
  const device = converter.reportStrategy ?? reportStrategy;
  const telemetry = section(converter.timeseries);
  const attributes = section(converter.attributes);
  if (device === undefined && telemetry === undefined && attributes === undefined) return undefined;
  return (body) => ({
    ...(device === undefined ? {} : { device }),
    ...(telemetry === undefined ? {} : { telemetry: telemetry(body) }),
    ...(attributes === undefined ? {} : { attributes: attributes(body) }),
  });
};

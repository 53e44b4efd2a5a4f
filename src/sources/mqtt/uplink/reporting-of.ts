import type { Json, Reporting } from '../../../model/message.js';
import type { ReportStrategy } from '../../../model/report-strategy.js';
import { byteSlices } from '../../../operators/extract/byte-slices.js';
import { placeholders } from '../../../operators/extract/placeholders.js';
import { put } from '../../../operators/extract/put.js';
import { template } from '../../../operators/extract/template.js';
import { textOf } from '../../../operators/extract/text-of.js';
import { topicRegex } from '../../../operators/extract/topic-regex.js';
import type { Datapoint } from '../config/mapping.js';
import type { CustomUsable, Usable } from './mappings.js';
import type { Inbound } from './reader.js';

type Names = (message: Inbound) => readonly string[];
type Strategies = Readonly<Record<string, ReportStrategy>>;

const list = (value: Json): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [value]);

/** The names that a data point has in a message: as its converter finds them. */
const namesOf = ({ key, keySource, hexMode }: Datapoint, bytes: boolean): ((topic: string) => Names) => {
  if (keySource === 'topic') {
    const search = topicRegex(key);
    return (topic) => {
      const names = [search(topic)];
      return () => names;
    };
  }
  if (bytes) {
    const fill = byteSlices(key, hexMode);
    return () => (message) => [fill(message.payload)];
  }
  const fixed = placeholders(key).every((part) => typeof part === 'string');
  const fill = template(key);
  return () => (message) =>
    fixed
      ? [key]
      : list(message.body().value).flatMap((item) => {
          const name = fill(item);
          return name === undefined || name === null ? [] : [textOf(name)];
        });
};

const section = (points: readonly (Datapoint | '*')[], bytes: boolean) => {
  const compiled = points.flatMap((point) => {
    if (point === '*' || point.reportStrategy === undefined) return [];
    return [{ names: namesOf(point, bytes), strategy: point.reportStrategy }];
  });
  if (compiled.length === 0) return undefined;
  return (topic: string) => {
    const opened = compiled.map(({ names, strategy }) => ({ names: names(topic), strategy }));
    return (message: Inbound): Strategies => {
      const strategies: Record<string, ReportStrategy> = {};
      for (const { names, strategy } of opened) for (const name of names(message)) put(strategies, name, strategy);
      return strategies;
    };
  };
};

/**
 * Compiles what a mapping says of when its values are reported: its converter's `reportStrategy`, else its own, and those of its data points.
 * Undefined where it says nothing.
 */
export const reportingOf = ({
  kind,
  mapping,
  converter,
}: Usable | CustomUsable): ((topic: string) => (message: Inbound) => Reporting) | undefined => {
  const device = converter.reportStrategy ?? mapping.reportStrategy;
  const isCustom = kind === 'custom';
  const telemetry = isCustom ? undefined : section(converter.timeseries, kind === 'bytes');
  const attributes = isCustom ? undefined : section(converter.attributes, kind === 'bytes');
  if (device === undefined && telemetry === undefined && attributes === undefined) return undefined;
  return (topic) => {
    const [telemetryIn, attributesIn] = [telemetry?.(topic), attributes?.(topic)];
    return (message) => ({
      ...(device === undefined ? {} : { device }),
      ...(telemetryIn === undefined ? {} : { telemetry: telemetryIn(message) }),
      ...(attributesIn === undefined ? {} : { attributes: attributesIn(message) }),
    });
  };
};

import type { Reporting } from '../../../model/message.js';
import type { ReportStrategy } from '../../../model/report-strategy.js';
import { put } from '../../../operators/extract/put.js';
import type { Slave } from '../config/slave.js';
import type { ReadPoint } from './points-of.js';

const strategies = (points: readonly ReadPoint[], section: ReadPoint['section']) => {
  const named: Record<string, ReportStrategy> = {};
  for (const { section: own, key, origin } of points)
    if (own === section && origin.reportStrategy !== undefined) put(named, key, origin.reportStrategy);
  return Object.keys(named).length === 0 ? {} : { [section === 'timeseries' ? 'telemetry' : section]: named };
};

/** When the keys of a slave are reported, as its configuration says it. Undefined where it says nothing. */
export const reportingOf = (
  { reportStrategy: device }: Pick<Slave, 'reportStrategy'>,
  points: readonly ReadPoint[],
): Reporting | undefined => {
  const said = {
    ...(device === undefined ? {} : { device }),
    ...strategies(points, 'timeseries'),
    ...strategies(points, 'attributes'),
  };
  return Object.keys(said).length === 0 ? undefined : said;
};

import type { Json, Reporting } from '../../../model/message.js';
import type { Converted } from '../../../operators/extract/converted.js';
import { isEmpty } from '../../../operators/extract/is-empty.js';
import { put } from '../../../operators/extract/put.js';
import type { Slave } from '../config/slave.js';
import type { ReadPoint } from './points-of.js';
import { reportingOf } from './reporting-of.js';

/** What a poll found of one point. Null is no value. */
export type Found = readonly [point: ReadPoint, value: Json];

/** Data of one device that has no stamp yet, and when it is reported. */
export type Reading = Converted & { readonly report?: Reporting };

type Device = Pick<Slave, 'deviceName' | 'deviceType' | 'reportStrategy'>;

/**
 * Makes what a poll found into the device's data: one entry of telemetry, without a time of its own, and attributes.
 *
 * Promises: values that are null are left out; undefined if nothing is left. Of two points with one key the later one counts.
 */
export const readingOf = (
  slave: Device,
  points: readonly ReadPoint[],
): ((found: Iterable<Found>) => Reading | undefined) => {
  const report = reportingOf(slave, points);
  return (found) => {
    const values: Record<string, Json> = {};
    const attributes: Record<string, Json> = {};
    for (const [{ section, key }, value] of found)
      if (value !== null) put(section === 'timeseries' ? values : attributes, key, value);
    if (isEmpty(values) && isEmpty(attributes)) return undefined;
    return {
      device: slave.deviceName,
      profile: slave.deviceType,
      telemetry: isEmpty(values) ? [] : [{ values }],
      attributes,
      ...(report === undefined ? {} : { report }),
    };
  };
};

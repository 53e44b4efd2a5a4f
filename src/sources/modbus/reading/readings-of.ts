import { reasonOf } from '../../../model/errors.js';
import type { Up } from '../extensions/custom-up.js';
import type { Slave } from '../config/slave.js';
import type { ReadPoint } from './points-of.js';
import { readingOf } from './reading-of.js';
import type { Found, Reading } from './reading-of.js';
import { reportingOf } from './reporting-of.js';

type Device = Pick<Slave, 'deviceName' | 'deviceType' | 'reportStrategy'>;

/**
 * Makes what a poll found into data: that of the slave's device, or of those that the user's own converter `up` says. Undefined: that converter has failed.
 *
 * Promises: throws nothing. `onTurn` is told why the converter fails, once until the reason is another one, and undefined when it works again.
 */
export const readingsOf = (
  slave: Device,
  points: readonly ReadPoint[],
  up: Up | undefined,
  onTurn: (why: string | undefined) => void,
): ((found: readonly Found[], readAt: number) => readonly Reading[] | undefined) => {
  if (up === undefined) {
    const one = readingOf(slave, points);
    return (found) => {
      const reading = one(found);
      return reading === undefined ? [] : [reading];
    };
  }
  const report = reportingOf(slave, points);
  let known: string | undefined;
  const turn = (why: string | undefined): void => {
    if (why !== known) onTurn(why);
    known = why;
  };
  return (found, readAt) => {
    try {
      const readings = up(found, readAt).map((one) => (report === undefined ? one : { ...one, report }));
      turn(undefined);
      return readings;
    } catch (error) {
      turn(reasonOf(error));
      return undefined;
    }
  };
};

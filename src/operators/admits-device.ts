import type { Log } from '../model/component.js';
import { reasonOf } from '../model/errors.js';
import { remembered } from './extract/remembered.js';
import { wholeName } from './extract/whole-name.js';
import type { FilterList } from './filter-list.js';

/** Whether a device of a connector may pass. */
export type AdmitsDevice = (device: string, connector: string) => boolean;

/** Devices of one connector whose verdict is remembered; the log names no more either. */
const DEVICES = 10_000;

const matcher = (expressions: readonly string[] | undefined): ((name: string) => boolean) => {
  const all = (expressions ?? []).map(wholeName);
  return (name) => all.some((matches) => matches(name));
};

/**
 * The verdict of the device filter: `deny` wins; where a connector has an `allow` list, all others of its devices are out; a connector with neither
 * lets all pass. Expressions match the whole name.
 *
 * Promises: who is out is said once for a device. A search that takes too long keeps the device out. Memory is bounded: 10,000 verdicts a connector.
 * Source: core specification, §9.
 */
export const admitsDevice = ({ deny, allow }: FilterList, log: Pick<Log, 'warn'>): AdmitsDevice => {
  const verdictsOf = (connector: string): ((device: string) => boolean) => {
    const allowed = allow.get(connector);
    const [isDenied, isAllowed] = [matcher(deny.get(connector)), matcher(allowed)];
    let said = 0;
    return remembered((device) => {
      let why = 'it is not allowed';
      try {
        if (isDenied(device)) why = 'it is denied';
        else if (allowed === undefined || isAllowed(device)) return true;
      } catch (error) {
        why = reasonOf(error);
      }
      if ((said += 1) <= DEVICES) log.warn('a device is kept out', { connector, device, why });
      return false;
    }, DEVICES);
  };
  const verdicts = new Map([...deny.keys(), ...allow.keys()].map((name) => [name, verdictsOf(name)]));
  return (device, connector) => verdicts.get(connector)?.(device) ?? true;
};

import type { ModbusConfig } from './config.js';
import type { Slave } from './config/slave.js';
import { endpointOf } from './endpoint-of.js';
import { polledSlaves } from './polled-slaves.js';
import { nothingLearned } from './reading/learned.js';
import type { Read } from './reading/place.js';
import { pointsOf } from './reading/points-of.js';
import type { ReadPoint } from './reading/points-of.js';
import { readsOf } from './reading/reads-of.js';

const names = new Map([
  [1, 'coil'],
  [2, 'discrete input'],
  [3, 'holding register'],
  [4, 'input register'],
]);
/** Keys of a request that are named. */
const NAMED = 8;

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

const line = ({ functionCode, address, count, places }: Read<ReadPoint>): string => {
  const keys = places.slice(0, NAMED).map(({ key }) => key);
  const more = places.length > NAMED ? ` and ${places.length - NAMED} more` : '';
  const span = count === 1 ? String(address) : `${address}-${address + count - 1}`;
  return `    ${span}: ${plural(count, names.get(functionCode)!)} (${functionCode}), for ${keys.join(', ')}${more}`;
};

const planOf = (slave: Slave): string => {
  const points = pointsOf(slave);
  const where = `${endpointOf(slave, slave.tls !== undefined).name}, unit ${slave.unitId}`;
  const title = `${slave.deviceName} (${where})`;
  if (points.length === 0) return `${title}: nothing is polled, for it has no attributes and no timeseries`;
  const before = readsOf(
    { ...slave, mergeRequests: false },
    pointsOf({ ...slave, mergeRequests: false }),
    nothingLearned,
  );
  const after = readsOf(slave, points, nothingLearned);
  return [
    `${title}: ${plural(points.length, 'key')} every ${slave.pollPeriod} ms`,
    `  one by one: ${plural(before.length, 'request')}`,
    ...before.map(line),
    ...(slave.mergeRequests
      ? [`  as planned: ${plural(after.length, 'request')}`, ...after.map(line)]
      : ['  so it is: mergeRequests is false']),
  ].join('\n');
};

/** What is asked of each slave in one poll, before and after planning, for a person to read. Asks nobody: what slaves refuse is not known here. */
export const describePlan = (config: ModbusConfig): string => {
  const slaves = polledSlaves(config);
  return slaves.length === 0 ? 'No slave is polled.' : slaves.map(planOf).join('\n');
};

import type { Arrival, DeviceRecord } from './contract.js';
import type { Item } from './payload.js';

const fresh = (name: string, profile: string): DeviceRecord => ({
  name,
  profile,
  telemetry: new Map(),
  attributes: new Map(),
  shared: new Map(),
  claims: [],
  rpcReplies: [],
  counts: { connects: 0, disconnects: 0, publishes: 0, items: 0, points: 0 },
});

/** What the platform has stored: device records, the gateway's own record, and every accepted item in order of arrival. */
export const records = () => {
  const devices = new Map<string, DeviceRecord>();
  const arrivals: Arrival[] = [];
  const ownArrivals: Arrival[] = [];
  const own = fresh('', 'default');

  /** The record of that name, made with the given profile when there is none: an existing device keeps its profile. */
  const device = (name: string, profile = 'default'): DeviceRecord => {
    const found = devices.get(name);
    if (found !== undefined) return found;
    const made = fresh(name, profile);
    devices.set(name, made);
    return made;
  };

  const store = (record: DeviceRecord, items: readonly Item[], publishIndex: number, connection: number): void => {
    const log = record === own ? ownArrivals : arrivals;
    const at = Date.now();
    record.counts.publishes += 1;
    for (const { ts, values } of items) {
      const entries = Object.entries(values);
      record.counts.items += 1;
      record.counts.points += entries.length;
      log.push({ device: record.name, ts, values, at, connection, publishIndex });
      for (const [key, value] of entries) {
        const series = record.telemetry.get(key) ?? new Map<number, typeof value>();
        series.set(ts, value);
        record.telemetry.set(key, series);
      }
    }
  };

  return { devices, arrivals, ownArrivals, own, device, store };
};

export type Records = ReturnType<typeof records>;

import type { SchedulerLike } from 'rxjs';
import type { Envelope } from '../../model/envelope.js';
import { Refused } from '../../model/errors.js';
import type { Fact } from '../../model/fact.js';
import { GATEWAY_DEVICE } from '../../model/message.js';
import type { Connected, Kept } from '../../model/message.js';
import type { Limits } from './admission.js';
import { messageText } from './message-text.js';
import type { Written } from './message-text.js';
import type { Known, Store } from './store.js';
import { wellFormed } from './well-formed.js';

/** A message that has arrived and is not durable yet. */
export interface Pending {
  readonly value: Kept;
  readonly device: string;
  readonly at: number;
  readonly bytes: number;
  readonly body: string;
  /** The text of its values, if it has one entry only. */
  readonly values: string | undefined;
  readonly ack: () => void;
}

/** What a row costs in the file beyond its text and its device's name, in bytes: ids, sizes, and its share of a page. */
const ROW_OVERHEAD = 32;

/** The lane's front: arrivals in order, and the devices among them that the store does not know yet. */
export interface Entrance {
  /**
   * False if the message is not to be stored. It was settled then: refused if it never can be, acknowledged uncounted if it is the leaving of a
   * device that is not there.
   */
  readonly enter: (arrival: Envelope<Kept>, fact: (fact: Fact) => void) => boolean;
  /** How many wait. */
  readonly size: () => number;
  /** The first of those that wait: as many as one transaction takes. */
  readonly front: () => readonly Pending[];
  /** What the device table has to learn with these messages. */
  readonly news: (admitted: readonly Pending[]) => readonly Known[];
  /** These are durable (or dropped by choice) now. */
  readonly admitted: (count: number, news: readonly Known[]) => void;
  /** A message of the device was handed on: it needs no introduction. */
  readonly met: (device: string) => void;
  /** Devices of earlier runs that nobody has mentioned in this one; each is returned once. */
  readonly strangers: (most: number) => readonly Connected[];
  /** How many devices are connected. */
  readonly connected: () => number;
}

export const entrance = (
  limits: Limits,
  { opened: { devices }, batchBytes }: Store,
  scheduler: SchedulerLike,
): Entrance => {
  let queue: Pending[] = [];
  let queued = 0;
  const known = new Map(devices.map((entry) => [entry.device, entry]));
  let connected = devices.filter((entry) => entry.connected).length;
  const write = messageText();
  const encode = (value: Kept): Written | undefined => {
    try {
      return write(value);
    } catch {
      return undefined; // nested too deeply to be written down
    }
  };
  const strange = new Set(devices.filter(({ connected }) => connected).map(({ device }) => device));
  /** Who has come and not left, by the order of arrival. */
  const present = new Set(strange);

  /** The gateway itself says it of a device that was deleted: that one's row has to learn it, though the device had left before. */
  const isDeletion = ({ device, connector }: Kept): boolean =>
    connector === GATEWAY_DEVICE && known.has(device) && known.get(device)?.connector !== connector;

  /** Not exact: of those that are known some have left, and some of those that have come are not known yet. */
  const isOneTooMany = (device: string): boolean =>
    Math.max(known.size, present.size) >= (limits.devices ?? Infinity) && !known.has(device) && !present.has(device);
  let isSaid = false;
  const turnAway = ({ value: { device }, nack }: Envelope<Kept>, fact: (fact: Fact) => void): void => {
    const code = 'TOO_MANY_DEVICES';
    const text = `the device ${JSON.stringify(device.slice(0, 80))} is one more than the ${limits.devices} that may be known (storage.max_devices)`;
    fact({ kind: 'count', who: 'storage', counter: 'tooMany', n: 1 });
    if (!isSaid) fact({ kind: 'alert', who: 'storage', code, text });
    isSaid = true;
    nack(new Refused(code, text));
  };

  return {
    enter: (arrival, fact) => {
      const { value } = arrival;
      if (!wellFormed(value)) {
        fact({ kind: 'count', who: 'storage', counter: 'failed', n: 1 });
        arrival.nack(new Refused('CONVERSION_FAILED', 'a source sent something that is no message'));
        return false;
      }
      const written = encode(value);
      const bytes =
        written === undefined ? Infinity : Buffer.byteLength(written.body) + value.device.length + ROW_OVERHEAD;
      if (written === undefined || bytes > limits.bytes) {
        fact({ kind: 'count', who: 'storage', counter: 'tooLarge', n: 1 });
        arrival.nack(
          new Refused('MESSAGE_TOO_LARGE', `a message of ${value.device} is larger than the storage may hold`),
        );
        return false;
      }
      if (value.kind !== 'disconnected') {
        if (isOneTooMany(value.device) && value.device !== GATEWAY_DEVICE) {
          turnAway(arrival, fact);
          return false;
        }
        if (value.device !== GATEWAY_DEVICE) present.add(value.device);
      } else if (!present.delete(value.device) && !isDeletion(value)) {
        arrival.ack();
        return false;
      }
      queued += bytes;
      const { body, values } = written;
      queue.push({ value, device: value.device, at: scheduler.now(), bytes, body, values, ack: arrival.ack });
      return true;
    },
    size: () => queue.length,
    front: () => {
      if (queued <= batchBytes) return queue;
      let bytes = 0;
      const end = queue.findIndex((pending, i) => (bytes += pending.bytes) > batchBytes && i > 0);
      return end < 0 ? queue : queue.slice(0, end);
    },
    news: (admitted) => {
      const news = new Map<string, Known>();
      for (const { value } of admitted) {
        const { device } = value;
        if (device === GATEWAY_DEVICE) continue;
        const before = news.get(device) ?? known.get(device);
        const profile = 'profile' in value ? value.profile : (before?.profile ?? 'default');
        const connector = value.connector ?? before?.connector ?? '';
        const connected = value.kind !== 'disconnected';
        if (before?.profile === profile && before.connector === connector && before.connected === connected) continue;
        news.set(device, { device, profile, connector, connected });
      }
      return [...news.values()];
    },
    admitted: (count, news) => {
      for (let i = 0; i < count; i += 1) {
        const { device, bytes } = queue[i]!;
        queued -= bytes;
        if (strange.size > 0) strange.delete(device);
      }
      queue = count === queue.length ? [] : queue.slice(count);
      for (const entry of news) {
        connected += Number(entry.connected) - Number(known.get(entry.device)?.connected ?? false);
        known.set(entry.device, entry);
      }
    },
    met: (device) => {
      if (strange.size > 0) strange.delete(device);
    },
    strangers: (most) => {
      const found: Connected[] = [];
      for (const device of strange) {
        if (found.length >= most) break;
        strange.delete(device);
        const { profile, connector } = known.get(device)!;
        found.push({ kind: 'connected', device, profile, connector });
      }
      return found;
    },
    connected: () => connected,
  };
};

import { replace, split } from '../../model/envelope.js';
import type { Envelope } from '../../model/envelope.js';
import { Unavailable } from '../../model/errors.js';
import { GATEWAY_DEVICE } from '../../model/message.js';
import type { Data, Entry, Json, Kept, Values } from '../../model/message.js';
import { isEmpty } from '../../operators/extract/is-empty.js';
import { valuesText } from '../../operators/extract/values-text.js';
import { frameOf } from './frame-of.js';
import type { Part } from './part.js';
import { topics } from './topics.js';

/** Bounds of one publish: payload bytes and data points. */
export interface Bounds {
  readonly bytes: number;
  readonly points: number;
}

type Cut = Bounds & Pick<Part, 'born'>;

type Member = readonly [key: string, text: string];

const isNothing = (value: Json): boolean => value === null || (typeof value === 'number' && !Number.isFinite(value));

const memberOf = (key: string, value: Json): Member => [key, `${JSON.stringify(key)}:${JSON.stringify(value)}`];

const membersOf = (values: Values): readonly Member[] =>
  Object.entries(values).flatMap(([key, value]) => (isNothing(value) ? [] : [memberOf(key, value)]));

/** Groups members so that each group keeps to the bounds; a larger member stands alone. `room` is what the frame leaves, in bytes. */
const grouped = (members: readonly Member[], room: number, points: number): readonly (readonly Member[])[] => {
  const groups: Member[][] = [];
  let group: Member[] = [];
  let used = 0;
  for (const member of members) {
    const size = Buffer.byteLength(member[1]) + 1;
    if (group.length > 0 && (used + size > room || group.length >= points)) {
      groups.push(group);
      group = [];
      used = 0;
    }
    group.push(member);
    used += size;
  }
  if (group.length > 0) groups.push(group);
  return groups;
};

const item = (ts: number, values: string): string => `{"ts":${ts},"values":${values}}`;

/** Bytes of {@link item} around its values. Counted, for the whole text would first have to be put together in memory. */
const around = (ts: number): number => '{"ts":,"values":}'.length + String(ts).length;

const laneOf = (device: string): string => (device === GATEWAY_DEVICE ? topics.ownTelemetry : topics.telemetry);

/** The values as they are, if none has to be left out. */
const countOf = (values: Values): number => {
  let count = 0;
  for (const key in values) {
    if (isNothing(values[key]!)) return 0;
    count += 1;
  }
  return count;
};

/** An entry as it is, if it fits one publish and nothing has to be left out. */
const telemetryPart = ({ device: key, profile }: Data, { ts, values }: Entry, cut: Cut): Part | undefined => {
  const points = countOf(values);
  if (points === 0 || points > cut.points) return undefined;
  const frame = frameOf(key);
  const text = valuesText.of(values);
  const size = Buffer.byteLength(text) + around(ts) + 1;
  if (size + frame > cut.bytes && points > 1) return undefined;
  return { key, lane: laneOf(key), profile, frame, text: item(ts, text), size, points, born: cut.born };
};

const telemetryParts = (data: Data, entry: Entry, cut: Cut): readonly Part[] => {
  const whole = telemetryPart(data, entry, cut);
  if (whole !== undefined) return [whole];
  const { device: key, profile } = data;
  const frame = frameOf(key);
  const room = cut.bytes - frame - 1 - item(entry.ts, '{}').length;
  return grouped(membersOf(entry.values), room, cut.points).map((group) => {
    const text = item(entry.ts, `{${group.map(([, member]) => member).join(',')}}`);
    const [lane, size] = [laneOf(key), Buffer.byteLength(text) + 1];
    return { key, lane, profile, frame, text, size, points: group.length, born: cut.born };
  });
};

const attributeParts = ({ device: key, profile, attributes }: Data, { bytes, points, born }: Cut): readonly Part[] => {
  if (isEmpty(attributes)) return [];
  const frame = frameOf(key);
  const lane = key === GATEWAY_DEVICE ? topics.ownAttributes : topics.attributes;
  return grouped(membersOf(attributes), bytes - frame, points).map((members) => ({
    key,
    lane,
    profile,
    frame,
    text: '',
    members,
    size: members.reduce((sum, [, text]) => sum + Buffer.byteLength(text) + 1, 0),
    points: members.length,
    born,
    serial: true,
  }));
};

const partsOf = (message: Kept, cut: Cut): readonly Part[] => {
  const { device } = message;
  const alone = { key: device, frame: 0, size: Infinity, points: 0, born: cut.born };
  switch (message.kind) {
    case 'data': {
      const { telemetry } = message;
      return [...attributeParts(message, cut), ...telemetry.flatMap((entry) => telemetryParts(message, entry, cut))];
    }
    case 'connected': {
      const { profile } = message;
      if (device === GATEWAY_DEVICE) return [];
      return [{ ...alone, lane: topics.connect, profile, text: '' }];
    }
    case 'disconnected':
      if (device === GATEWAY_DEVICE) return [];
      return [{ ...alone, lane: topics.disconnect, text: '', barrier: true }];
    case 'claim': {
      const text = JSON.stringify({ secretKey: message.secretKey, durationMs: message.durationMs });
      return [{ ...alone, lane: device === GATEWAY_DEVICE ? topics.ownClaim : topics.claim, text }];
    }
  }
};

/** Of by far the most messages: one reading, and nothing else. */
const onlyEntry = (message: Kept): Entry | undefined =>
  message.kind === 'data' && message.telemetry.length === 1 && isEmpty(message.attributes)
    ? message.telemetry[0]
    : undefined;

/**
 * `Unavailable` outranks whatever the other parts come to, so the message need not wait for them: while it does, the buffer would not know
 * that the device waits, and a newer attribute could pass.
 */
const atOnce =
  (message: Envelope<Kept>) =>
  (part: Envelope<Part>): Envelope<Part> => ({
    ...part,
    nack: (why) => (why instanceof Unavailable ? message : part).nack(why),
  });

/**
 * Cuts a message into parts that each fit one publish, encoded once as JSON.
 *
 * Promises: counted in encoded bytes, no part makes a payload over the bounds, unless it is a single data point that is larger, which
 * travels alone. Every telemetry item has its `ts`. Null and non-finite values are left out, and with them what would be empty: the
 * platform never acknowledges that. The message is settled when its last part is, or when the first is `Unavailable`; at once if there is
 * nothing in it.
 * Source: the platform's MQTT contract, §4, §5.
 */
export const parts = (message: Envelope<Kept>, { bytes, points }: Bounds, born = 0): readonly Envelope<Part>[] => {
  const { value } = message;
  const cut = { bytes, points, born };
  const only = onlyEntry(value);
  const part = only === undefined ? undefined : telemetryPart(value as Data, only, cut);
  if (part !== undefined) return [replace(message, part)];
  const all = split(message, partsOf(value, cut));
  return all.length > 1 ? all.map(atOnce(message)) : all;
};

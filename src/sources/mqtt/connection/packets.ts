/** A PUBLISH with QoS 0 or 1 and nothing more to it. */
export interface Publish {
  readonly topic: string;
  /** Shares the memory of what was read. */
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  /** With QoS 1. */
  readonly messageId: number | undefined;
}

/** Who takes the packets. Each is given one at a time: `next` asks for the next one, and may be called at once or later. */
export interface Takers {
  readonly publish: (packet: Publish, next: () => void) => void;
  /** Gets the bytes of any other packet, of one that is not plain, and of what is no packet at all. */
  readonly other: (bytes: Buffer, next: () => void) => void;
  /** Told when what was read has been taken, after a taker has kept it waiting. */
  readonly drained: () => void;
}

export interface Packets {
  /** Takes what was read. */
  readonly feed: (bytes: Buffer) => void;
  /** Whether a taker has not asked for the next packet yet: nothing more should be read. */
  readonly waits: () => boolean;
}

const PUBLISH = 3;
/** Bytes of the longest Remaining Length. */
const LENGTH_BYTES = 4;
const MALFORMED = -1;
const UNKNOWN = 0;

/** Where the packet that begins at `at` ends. `UNKNOWN` while its length has not come in whole. */
const endOf = (bytes: Buffer, at: number): number => {
  let length = 0;
  for (let i = 0; i < LENGTH_BYTES; i += 1) {
    const byte = bytes[at + 1 + i];
    if (byte === undefined) return UNKNOWN;
    length += (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return at + 2 + i + length;
  }
  return MALFORMED;
};

/** Undefined of a packet that is not plain, or that breaks a rule. `properties`: there is a section of them, as in MQTT 5. */
const plain = (bytes: Buffer, at: number, end: number, properties: boolean): Publish | undefined => {
  const first = bytes[at]!;
  const qos = (first >> 1) & 3;
  if (first >> 4 !== PUBLISH || qos > 1) return undefined;
  let from = at + 2;
  while (bytes[from - 1]! >= 0x80) from += 1;
  if (from + 2 > end) return undefined;
  const topicAt = from + 2;
  const topicEnd = topicAt + bytes.readUInt16BE(from);
  const payloadAt = topicEnd + (qos === 1 ? 2 : 0) + (properties ? 1 : 0);
  if (topicEnd === topicAt || payloadAt > end) return undefined;
  const messageId = qos === 1 ? bytes.readUInt16BE(topicEnd) : undefined;
  if (messageId === 0 || (properties && bytes[payloadAt - 1] !== 0)) return undefined;
  return {
    topic: bytes.toString('utf8', topicAt, topicEnd),
    payload: bytes.subarray(payloadAt, end),
    qos: qos === 1 ? 1 : 0,
    retain: (first & 1) === 1,
    messageId,
  };
};

/**
 * Cuts what a broker sends into packets, and reads those of which there are many: each PUBLISH with QoS 0 or 1, without properties. mqtt-packet
 * makes ten objects and as many texts for its debug log of each, a third of what the gateway allocates; everything else is left to it.
 *
 * Promises: packets are given out whole, in the order in which they came, the next one only when the taker of the last has asked for it. What breaks the
 * protocol goes to `other` as it is, for it knows what to say. A packet in many pieces is put together once. Source: MQTT 3.1.1, §2.2.3, §3.3;
 * MQTT 5, §3.3.
 */
export const packets = ({ publish, other, drained }: Takers, mqttVersion: 3 | 4 | 5): Packets => {
  const properties = mqttVersion === 5;
  let bytes: Buffer = Buffer.alloc(0);
  let at = 0;
  /** What came behind `bytes`, how much that is with what is left of them, and how much has to be there for another look. */
  let more: Buffer[] = [];
  let have = 0;
  let need = 0;
  let waiting = false;
  let running = false;

  const waits = (): boolean => waiting;
  const join = (): void => {
    bytes = more.length === 1 && at === bytes.length ? more[0]! : Buffer.concat([bytes.subarray(at), ...more]);
    more = [];
    at = 0;
    need = 0;
  };
  const run = (): void => {
    running = true;
    while (!waiting && have > 0 && have >= need) {
      if (more.length > 0 && (at === bytes.length || need > bytes.length - at)) join();
      const end = endOf(bytes, at);
      if (end === UNKNOWN || end > bytes.length) {
        need = end === UNKNOWN ? bytes.length - at + 1 : end - at;
        continue;
      }
      const from = at;
      at = end === MALFORMED ? bytes.length : end;
      have -= at - from;
      need = 0;
      waiting = true;
      const packet = end === MALFORMED ? undefined : plain(bytes, from, end, properties);
      if (packet === undefined) other(bytes.subarray(from, at), next);
      else publish(packet, next);
    }
    running = false;
  };
  const next = (): void => {
    waiting = false;
    if (running) return;
    run();
    if (!waits()) drained();
  };
  return {
    feed: (chunk) => {
      more.push(chunk);
      have += chunk.length;
      if (!running) run();
    },
    waits,
  };
};

import { RpcError } from '../../../model/rpc-error.js';

/** Bytes of a topic that MQTT can carry. */
const LONGEST = 65_535;
/** Characters of a topic that an error may quote. */
const QUOTED = 80;

/**
 * Holds a filled topic against what MQTT lets be published on: not empty, no `+`, `#` or NUL, at most 65,535 bytes. Names of devices and
 * parameters stand in it, and a broker ends the connection over one bad topic. Throws an RpcError that says what is wrong.
 */
export const publishedOn = (topic: string): string => {
  if (topic !== '' && !/[+#\0]/.test(topic) && Buffer.byteLength(topic) <= LONGEST) return topic;
  throw new RpcError(400, `nothing can be published on the topic ${JSON.stringify(topic.slice(0, QUOTED))}`);
};

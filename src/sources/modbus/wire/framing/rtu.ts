import { crc16 } from './crc-16.js';
import { withCrc } from './with-crc.js';
import type { Framing } from './framing.js';

const NOTHING = Buffer.alloc(0);
/** Bytes of the longest message. */
const LONGEST = 256;

/**
 * rtu: a unit, a message and its CRC. The end of a message is told by its length, not by silence, so that pieces may come as they like.
 *
 * Promises: what is no message is passed over byte by byte, so that a message behind garbage is found.
 */
export const rtu: Framing = {
  numbered: false,
  frame: withCrc,
  listener: ({ lengthAt, onMessage, onGarbled }) => {
    let kept: Buffer = NOTHING;
    return {
      clear: () => {
        kept = NOTHING;
      },
      take: (chunk) => {
        const bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
        kept = NOTHING;
        let [at, found, wrong] = [0, false, false];
        const messages: Buffer[] = [];
        while (at < bytes.length) {
          const length = lengthAt(bytes, at);
          if (length < 0 || (length > bytes.length - at && length <= LONGEST)) break;
          const end = at + length;
          if (length < 4 || length > LONGEST) at += 1;
          else if (crc16(bytes, at, end - 2) === bytes.readUInt16LE(end - 2)) {
            found = true;
            messages.push(bytes.subarray(at, end - 2));
            at = end;
          } else {
            wrong = true;
            at += 1;
          }
        }
        if (at < bytes.length) kept = Buffer.from(bytes.subarray(at));
        for (const message of messages) onMessage(message, 0);
        if (wrong && !found) onGarbled('the CRC is wrong');
      },
    };
  },
};

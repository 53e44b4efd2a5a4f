import type { Framing } from './framing.js';

const NOTHING = Buffer.alloc(0);
/** Bytes in front of the unit: transaction, protocol, and the length of what follows. */
const HEADER = 6;
/** Of unit and message together. */
const SHORTEST = 2;
const LONGEST = 254;

/** socket: the header of Modbus TCP. A header that cannot be one loses the connection: nothing tells where the next begins. */
export const mbap: Framing = {
  numbered: true,
  frame: (adu, transaction) => {
    const bytes = Buffer.allocUnsafe(HEADER + adu.length);
    bytes.writeUInt16BE(transaction, 0);
    bytes.writeUInt16BE(0, 2);
    bytes.writeUInt16BE(adu.length, 4);
    adu.copy(bytes, HEADER);
    return bytes;
  },
  listener: ({ onMessage, onLost }) => {
    let kept: Buffer = NOTHING;
    let lost = false;
    return {
      clear: () => {
        kept = NOTHING;
        lost = false;
      },
      take: (chunk) => {
        const bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
        let at = 0;
        while (!lost && bytes.length - at >= HEADER) {
          const length = bytes.readUInt16BE(at + 4);
          if (bytes.readUInt16BE(at + 2) !== 0 || length < SHORTEST || length > LONGEST) {
            lost = true;
            onLost('what came has no header of Modbus TCP');
            break;
          }
          const end = at + HEADER + length;
          if (end > bytes.length) break;
          onMessage(bytes.subarray(at + HEADER, end), bytes.readUInt16BE(at));
          at = end;
        }
        kept = lost || at === bytes.length ? NOTHING : Buffer.from(bytes.subarray(at));
      },
    };
  },
};

import type { Framing, Listener } from '../wire/framing/framing.js';
import { answerTo } from './answer-to.js';
import type { Identity } from './identification.js';
import type { Memory } from './initial-memory.js';
import { requestLength } from './request-length.js';

/** The slave that answers on every connection. */
export interface Answering {
  readonly framing: Framing;
  readonly unitId: number;
  readonly memory: Memory;
  readonly identity: Identity;
}

/** Gateway target device failed to respond: what a gateway says of units that are not there. */
const NOBODY = 11;

/**
 * Listens to the requests of one master and answers each at once. Where messages are numbered (socket), a unit that is not there gets an exception; else it is
 * left to others on the line, and what is said to all (unit 0) is carried out without an answer, unless 0 is its own number. `lost`: the requests cannot
 * be told apart any more.
 */
export const slaveBehind = (
  { framing, unitId, memory, identity }: Answering,
  send: (bytes: Buffer) => void,
  lost: () => void,
): Listener =>
  framing.listener({
    lengthAt: (bytes, at) => requestLength(unitId, bytes, at),
    onMessage: (adu, transaction) => {
      const [unit = 0, code = 0] = adu;
      const say = (answer: Buffer): void => send(framing.frame(Buffer.concat([Buffer.of(unit), answer]), transaction));
      if (unit === unitId) say(answerTo(memory, identity, adu.subarray(1)));
      else if (framing.numbered) say(Buffer.of(code | 0x80, NOBODY));
      else if (unit === 0) answerTo(memory, identity, adu.subarray(1));
    },
    onGarbled: () => undefined,
    onLost: lost,
  });

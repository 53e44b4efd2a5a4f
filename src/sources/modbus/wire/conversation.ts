import { asyncScheduler, ignoreElements, Observable } from 'rxjs';
import type { SchedulerLike, Subscription } from 'rxjs';
import { ConnectionError, ProtocolError, reasonOf } from '../../../model/errors.js';
import { answerLength } from './answer-length.js';
import type { Framing } from './framing/framing.js';
import { isAnswer } from './is-answer.js';
import { lateAnswers } from './late-answers.js';
import type { Line } from './lines/line.js';
import { master } from './master.js';
import type { Done } from './master.js';
import { NoAnswer } from './no-answer.js';
import type { Wire } from './wire.js';

interface Talk {
  readonly line: Line;
  readonly framing: Framing;
  /** Ms of silence between two messages on the line; 0: none is needed. */
  readonly quietMs: number;
  /** Where the line leads to, for messages. */
  readonly name: string;
  /** Called when the line is of no use any more. */
  readonly onLost: (error: ConnectionError) => void;
  readonly scheduler?: SchedulerLike;
}

/** One request on its way. `heard` takes the message that answers it, `end` ends it with an error. */
interface Pending {
  readonly request: Buffer;
  readonly transaction: number;
  readonly heard: (adu: Buffer) => void;
  readonly end: (error: Error) => void;
}

/** What is said to all slaves at once gets no answer: they are given so long. */
const BROADCAST_MS = 100;

const isBroadcast = (framing: Framing, request: Buffer): boolean =>
  !framing.numbered && request[0] === 0 && request[1]! > 4;

/** What has been asked and answered on one line: a {@link Wire}, and `close`, which ends what is asked at that moment. */
export const conversation = ({ line, framing, quietMs, name, onLost, scheduler = asyncScheduler }: Talk) => {
  const late = lateAnswers();
  let pending: Pending | undefined;
  /** Where a message was no answer to what was asked, and nothing better came. */
  let strange: string | undefined;
  let busy: ((error: Error) => void) | undefined;
  let closed: ConnectionError | undefined;
  let transaction = 0;
  let spokenAt = -Infinity;
  let asked: Buffer = Buffer.alloc(0);
  const speaker = master((adu) => (asked = Buffer.from(adu)));

  const garbled = (why: string): void =>
    pending?.end(new ProtocolError('CONVERSION_FAILED', `${name}: an answer cannot be understood: ${why}`));
  const listener = framing.listener({
    lengthAt: (bytes, at) => (pending === undefined ? 0 : answerLength(pending.request, bytes, at)),
    onMessage: (adu, number) => {
      const asking = pending;
      if (asking?.transaction !== number) return;
      if (isAnswer(asking.request, adu)) asking.heard(adu);
      else if (framing.numbered) garbled('it answers another request');
      else strange = 'it answers another request';
    },
    onGarbled: garbled,
    onLost: (why) => {
      if (line.datagrams) garbled(why);
      else onLost(new ConnectionError('BROKER_UNREACHABLE', `${name}: ${why}`));
    },
  });
  line.listen((chunk) => {
    if (quietMs > 0) spokenAt = scheduler.now();
    if (line.datagrams) listener.clear();
    listener.take(chunk);
  });

  const say = (request: Buffer, heard: (adu: Buffer) => void, end: (error: Error) => void): void => {
    if (framing.numbered) transaction = (transaction + 1) & 0xffff;
    pending = { request, transaction, heard, end };
    strange = undefined;
    listener.clear();
    if (quietMs > 0) spokenAt = scheduler.now();
    line.send(framing.frame(request, transaction));
  };

  const exchange = (
    speak: (where: string, done: Done) => void,
    unitId: number,
    timeoutMs: number,
  ): Observable<Buffer> =>
    new Observable((subscriber) => {
      if (closed !== undefined || busy !== undefined) {
        subscriber.error(closed ?? new Error(`${name}: a request before the one before it has ended`));
        return undefined;
      }
      const where = `${name} unit ${unitId}`;
      let pause: Subscription | undefined;
      const over = (answered: boolean): void => {
        deadline.unsubscribe();
        pause?.unsubscribe();
        if (pending !== undefined && !answered && !framing.numbered && !isBroadcast(framing, pending.request))
          late.missed(pending.request);
        pending = undefined;
        busy = undefined;
      };
      const end = (error: Error): void => {
        over(false);
        subscriber.error(error);
      };
      const deadline = scheduler.schedule(() => {
        end(
          strange === undefined
            ? new NoAnswer(timeoutMs, where)
            : new ProtocolError('CONVERSION_FAILED', `${where}: an answer cannot be understood: ${strange}`),
        );
      }, timeoutMs);
      busy = end;
      try {
        speak(where, (error, payload) => {
          over(true);
          if (error !== undefined) subscriber.error(error);
          else {
            subscriber.next(payload);
            subscriber.complete();
          }
        });
      } catch (cause) {
        end(new ProtocolError('CONVERSION_FAILED', `${where}: this cannot be asked: ${reasonOf(cause)}`, { cause }));
        return undefined;
      }
      const request = asked;
      const quietly = (act: () => void): void => {
        const wait = spokenAt + quietMs - scheduler.now();
        if (quietMs === 0 || wait <= 0) act();
        else pause = scheduler.schedule(act, Math.ceil(wait));
      };
      const ask = (): void => {
        say(request, speaker.hear, end);
        if (!isBroadcast(framing, request)) return;
        pause = scheduler.schedule(
          () => {
            over(true);
            subscriber.complete();
          },
          Math.min(BROADCAST_MS, timeoutMs / 2),
        );
      };
      const first = framing.numbered || isBroadcast(framing, request) ? undefined : late.before(request);
      quietly(() => {
        if (first === undefined) {
          ask();
          return;
        }
        const caughtUp = (): void => {
          pending = undefined;
          late.caughtUp(unitId);
          quietly(ask);
        };
        say(first, caughtUp, end);
      });
      return () => {
        if (busy === end) over(false);
      };
    });

  const wire: Wire = {
    read: (request, timeoutMs) =>
      exchange((where, done) => speaker.read(request, where, done), request.unitId, timeoutMs),
    write: (unitId, write, timeoutMs) =>
      exchange((where, done) => speaker.write(unitId, write, where, done), unitId, timeoutMs).pipe(ignoreElements()),
  };
  return {
    wire,
    close: (error: ConnectionError): void => {
      closed ??= error;
      busy?.(error);
    },
  };
};

import { asyncScheduler, concatMap, from } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Log } from '../../../model/component.js';
import { envelope } from '../../../model/envelope.js';
import type { Envelope } from '../../../model/envelope.js';
import { Unavailable } from '../../../model/errors.js';
import type { Counter } from '../../../model/fact.js';
import type { Data, Message } from '../../../model/message.js';
import type { Line } from '../bus/line.js';
import type { Unit } from '../bus/unit.js';
import type { Reading } from '../reading/reading-of.js';
import { readingOf } from '../reading/reading-of.js';
import { failures } from './failures.js';
import { pace } from './pace.js';
import type { PollCounts } from './poll-counts.js';
import type { Polled } from './poll.js';
import { readPlan } from './read-plan.js';

export interface FeedOptions {
  readonly unit: Unit;
  readonly log: Log;
  readonly count: (counter: Counter, n: number) => void;
  readonly stamp: (reading: Reading) => Data;
  readonly polls: PollCounts;
  readonly scheduler?: SchedulerLike;
}

export interface Feed {
  /** The messages that come of polling over a connection, for as long as it stands. */
  readonly over: (line: Line) => Observable<Envelope<Message>>;
  /** The connection is lost: what is to be said of the device. */
  readonly gone: () => readonly Envelope<Message>[];
}

/** Readings of one slave that may be unsettled; ticks that find so many are skipped. */
const MOST_UNSETTLED = 64;

/**
 * What a slave is polled for, as messages. Undefined if there is nothing to poll.
 *
 * Promises: a device is said to be gone when it has sent data and then is away, or its connection was lost; its next data connects it
 * again. Memory is bounded by 64 unsettled readings. A reading that comes back is not offered again: the next poll says more.
 */
export const feed = ({ unit, log, count, stamp, polls, scheduler = asyncScheduler }: FeedOptions): Feed | undefined => {
  const { slave, health } = unit;
  const { deviceName: device } = slave;
  const plan = readPlan(slave);
  if (plan.points.length === 0) return undefined;
  const toReading = readingOf(slave, plan.points);
  const tell = failures(device, log, (n) => count('failed', n));
  let unsettled = 0;
  let isThere = false;

  const sent = (reading: Reading): Envelope<Message> => {
    unsettled += 1;
    const { report } = reading;
    const data = stamp(reading);
    return envelope<Message>(
      report === undefined ? data : { ...data, report },
      () => void (unsettled -= 1),
      (why) => {
        unsettled -= 1;
        log.warn('a reading was not taken', { device, why: why.message });
        if (why instanceof Unavailable) count('shed', 1);
      },
    );
  };
  const gone = (): readonly Envelope<Message>[] => {
    if (!isThere) return [];
    isThere = false;
    return [
      envelope<Message>(
        { kind: 'disconnected', device },
        () => undefined,
        () => undefined,
      ),
    ];
  };
  const messages = ({ found, failed, heard }: Polled): readonly Envelope<Message>[] => {
    tell(failed);
    if (!heard) {
      log.debug('a slave did not answer a whole poll', { device });
      return health.isAway() ? gone() : [];
    }
    const reading = toReading(found);
    if (reading === undefined) return [];
    isThere = true;
    return [sent(reading)];
  };

  return {
    gone,
    over: (line) =>
      pace({
        unit,
        plan,
        line,
        isFull: () => unsettled >= MOST_UNSETTLED,
        onPoll: polls.began,
        onSkipped: (n) => {
          polls.skipped(n);
          count('skipped', n);
        },
        scheduler,
      }).pipe(concatMap((polled) => from(messages(polled)))),
  };
};

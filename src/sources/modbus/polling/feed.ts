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
import type { Up } from '../extensions/custom-up.js';
import { rawDecode } from '../extensions/raw-decode.js';
import { pointsOf } from '../reading/points-of.js';
import type { Reading } from '../reading/reading-of.js';
import { readingsOf } from '../reading/readings-of.js';
import { failures } from './failures.js';
import { pace } from './pace.js';
import type { PollCounts } from './poll-counts.js';
import type { Polled } from './poll.js';
import { readPlan } from './read-plan.js';

export interface FeedOptions {
  readonly unit: Unit;
  /** The user's own converter. Undefined: the one that is built in. */
  readonly up?: Up | undefined;
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
export const feed = ({
  unit,
  up,
  log,
  count,
  stamp,
  polls,
  scheduler = asyncScheduler,
}: FeedOptions): Feed | undefined => {
  const { slave, health } = unit;
  const { deviceName: device } = slave;
  const points = pointsOf(slave);
  if (points.length === 0) return undefined;
  const plan = readPlan(slave, up === undefined ? points : points.map(rawDecode));
  const toReadings = readingsOf(slave, points, up, (why) => {
    if (why === undefined) log.info('the converter can read again', { device });
    else log.warn('the converter could not read a poll', { device, why });
  });
  const tell = failures(device, log, (n) => count('failed', n));
  let unsettled = 0;
  /** The devices that data has come of: one, unless a converter says otherwise. */
  const there = new Set<string>();

  const sent = (reading: Reading): Envelope<Message> => {
    unsettled += 1;
    const { report } = reading;
    const data = stamp(reading);
    there.add(reading.device);
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
    const left = [...there];
    there.clear();
    return left.map((one) =>
      envelope<Message>(
        { kind: 'disconnected', device: one },
        () => undefined,
        () => undefined,
      ),
    );
  };
  const messages = ({ found, failed, heard }: Polled): readonly Envelope<Message>[] => {
    tell(failed);
    if (!heard) {
      log.debug('a slave did not answer a whole poll', { device });
      return health.isAway() ? gone() : [];
    }
    const readings = toReadings(found, Math.round(scheduler.now()));
    if (readings === undefined) count('failed', 1);
    return (readings ?? []).map(sent);
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

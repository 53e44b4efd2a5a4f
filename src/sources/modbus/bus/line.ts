import { asyncScheduler, defer, of, retry, tap, throwError } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import { ConnectionError } from '../../../model/errors.js';
import { meter as newMeter } from '../../../operators/meter.js';
import type { Meter } from '../../../operators/meter.js';
import type { ReadRequest, Wire } from '../wire/wire.js';
import type { Write } from '../values/write-of.js';
import { outcomeOf } from './outcome-of.js';
import { silence } from './silence.js';
import { turns } from './turns.js';
import type { Lane } from './turns.js';
import type { Unit } from './unit.js';

/** Where something is read. */
export type Span = Omit<ReadRequest, 'unitId'>;

/** A connection that stands, as its slaves and the commands for them share it. */
export interface Line {
  /**
   * Reads in its turn. `urgent`: before all polls. `again`: how often it is asked once more when nothing comes, each time in a turn of its own; a slave that
   * is suspect is asked once.
   */
  readonly read: (
    unit: Unit,
    span: Span,
    how?: { readonly urgent?: boolean; readonly again?: number },
  ) => Observable<Buffer>;
  /** Writes before all polls, once: whether a write without an answer was carried out is unknown. */
  readonly write: (unit: Unit, write: Write) => Observable<never>;
  /** All that waits and all that is still asked errors with this. */
  readonly close: (why: Error) => void;
}

export interface LineOptions {
  readonly wire: Wire;
  readonly name: string;
  readonly units: readonly Unit[];
  /** Ms between two requests. */
  readonly delay: number;
  readonly meter?: Meter;
  /** The connection is dead, and is to be made anew. */
  readonly onDead: (why: ConnectionError) => void;
  readonly scheduler?: SchedulerLike;
}

/** After a request without an answer, suspects leave the bus to the others for so many times as long. */
const REST = 4;
/** What a command may wait for a slave that is not known to be away, in ms. */
const COMMAND = 1_000;
/** Bytes of a request to read, without what frames it. */
const ASKED = 5;

/**
 * Promises: one request at a time; a slave that does not answer takes at most a fifth of the time of a bus that others share, and stands behind them.
 * Errors are the wire's own, and ConnectionErrors once it is closed.
 */
export const line = ({
  wire,
  name,
  units,
  delay,
  meter = newMeter(),
  onDead,
  scheduler = asyncScheduler,
}: LineOptions): Line => {
  const queue = turns({ delay, scheduler });
  const watch = silence(units, scheduler.now());

  const heard = ({ health }: Unit, since: number): void => {
    health.answered(scheduler.now() - since);
    watch.heard();
  };
  const failed = (unit: Unit, since: number, error: unknown): void => {
    const { kind } = outcomeOf(error);
    if (kind === 'lost') return;
    if (kind !== 'silent' && kind !== 'absent') heard(unit, since);
    else {
      if (kind === 'absent') watch.heard();
      unit.health.silent();
      if (units.length > 1) queue.rest(REST * (scheduler.now() - since));
    }
  };
  const turn = <T>(unit: Unit, lane: Lane, ask: (patience: number) => Observable<T>): Observable<T> =>
    queue.take(
      lane,
      defer(() => {
        const since = scheduler.now();
        const own = unit.health.patience(since);
        const { timeout } = unit.slave;
        const patience =
          lane === 'command' && !unit.health.isAway() ? Math.min(timeout * 1_000, Math.max(own, COMMAND)) : own;
        return ask(patience).pipe(
          tap({ error: (error: unknown) => failed(unit, since, error), complete: () => heard(unit, since) }),
        );
      }),
    );
  /** It and all its retries have failed. */
  const givenUp = (unit: Unit, error: unknown): void => {
    if (outcomeOf(error).kind !== 'silent' || !watch.silent(unit, scheduler.now())) return;
    onDead(new ConnectionError('BROKER_UNREACHABLE', `${name}: nobody answers any more`));
  };

  return {
    read: (unit, span, { urgent = false, again = 0 } = {}) => {
      const laneOf = (): Lane => (urgent ? 'command' : unit.health.isSuspect() ? 'suspect' : 'poll');
      const tries = (): number => (unit.health.isAway() ? 0 : again);
      return defer(() =>
        turn(unit, laneOf(), (patience) => {
          meter.gave(ASKED);
          return wire.read({ unitId: unit.slave.unitId, ...span }, patience);
        }),
      ).pipe(
        retry({
          delay: (error: unknown, n: number) =>
            n <= tries() && outcomeOf(error).kind === 'silent' ? of(true) : throwError(() => error),
        }),
        tap({ next: (bytes) => meter.took(bytes.length), error: (error: unknown) => givenUp(unit, error) }),
      );
    },
    write: (unit, write) =>
      turn(unit, 'command', (patience) => {
        const body = 'coils' in write ? Math.ceil(write.coils.length / 8) : write.registers.length * 2;
        meter.gave(ASKED + body);
        return wire.write(unit.slave.unitId, write, patience);
      }).pipe(tap({ error: (error: unknown) => givenUp(unit, error) })),
    close: (why) => queue.close(why),
  };
};

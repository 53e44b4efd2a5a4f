import { EMPTY, Observable, Subject, asyncScheduler, catchError, ignoreElements, tap } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import type { Envelope } from '../../model/envelope.js';
import { FatalError, GatewayError, reasonOf } from '../../model/errors.js';
import type { Kept } from '../../model/message.js';
import { fullJitter } from '../backoff.js';
import { batchMap } from '../batch-map.js';
import { valuesText } from '../extract/values-text.js';
import { admission } from './admission.js';
import { alarm } from './alarm.js';
import type { BufferOptions } from './buffer-options.js';
import { burial } from './burial.js';
import { clearance } from './clearance.js';
import { deferral } from './deferral.js';
import { entrance } from './entrance.js';
import { flight } from './flight.js';
import type { Step } from './in-turn.js';
import { introductions } from './introductions.js';
import { inTurn } from './in-turn.js';
import { messageIn } from './message-in.js';
import type { Store } from './store.js';
import { StoreFull } from './store-full.js';

export type { BufferOptions } from './buffer-options.js';

/** How long settled rows wait for more of them, or for an append whose commit they can share, in ms. */
const LINGER = 20;
/** How long the lane rests after the storage failed or was full, in ms. */
const REST = 1_000;

/**
 * Durable storage as an operator: what goes in is on disk before it is acknowledged, and stays there until whoever is downstream
 * acknowledges it.
 *
 * Promises
 * - An envelope is acknowledged after the commit that made it durable, never before.
 * - Every admitted message is emitted at least once, in the order of admission for each device (rows that came back with
 *   `Unavailable` excepted); after a crash it is emitted again, unless its removal had been committed.
 * - At most `window` envelopes are unsettled downstream. The disk grows while the platform is away; memory does not.
 * - At the cap the operator's choice is done: `block` keeps the sources waiting, `drop_oldest` and `drop_newest` count every drop.
 * - `nack(Unavailable)` leaves the row and passes over its device until a probe succeeds; `nack(Refused)` writes a dead letter,
 *   then removes the row.
 * - Appends and removals of one turn are one transaction; turns never overlap. While a commit runs, the next batch gathers.
 */
export const buffer =
  (store: Store, options: BufferOptions): MonoTypeOperatorFunction<Envelope<Kept>> =>
  (source) =>
    new Observable<Envelope<Kept>>((subscriber) => {
      const { window = 2_000, grace = 3_000, scheduler = asyncScheduler, limits, log, fact, deadLetters } = options;
      const chunk = Math.max(1, window >>> 3);
      const wakes = new Subject<void>();
      /** A turn is asked for and has not begun. */
      let asked = false;
      const wake = (): void => {
        if (asked) return;
        asked = true;
        wakes.next();
      };
      /** The lowest row that may not have been read yet. Rows below it are in flight, deferred, or gone. */
      let cursor = store.opened.records > 0 ? 0 : store.opened.nextId;
      let nextId = store.opened.nextId;
      let closing = false;
      /** At the end a durable store keeps what has not been offered yet; memory has no later. */
      const leavesRest = (): boolean => closing && store.durable;
      /** The lowest row that was asked for again while a read was under way: that read must not pass over it. */
      let rewound = Infinity;
      const rewind = (from: number): void => {
        rewound = Math.min(rewound, from);
        cursor = Math.min(cursor, from);
        wake();
      };

      const linger = alarm(LINGER, wake, scheduler);
      const rest = alarm(REST, wake, scheduler);
      const door = entrance(limits, store, scheduler);
      const room = admission(limits, store.opened, { log, fact, devices: door.connected });
      const recovery = alarm(
        REST,
        () => {
          room.relax();
          wake();
        },
        scheduler,
      );
      const away = deferral(
        options.deferFor ?? fullJitter({ base: 30_000, cap: 600_000, floor: 15_000 }),
        scheduler,
        rewind,
      );
      const aloft = flight({
        window,
        limits,
        emit: (item) => subscriber.next(item),
        away,
        now: () => scheduler.now(),
        rewind,
        onSettled: () => {
          const due = aloft.leaving().length + aloft.dying().length;
          // A row that came back while somebody waits for room may be one to drop: that is not left to a write in between.
          const returned = due === 0 && door.size() > 0;
          if (due >= chunk || closing || returned || (aloft.isLanded() && cursor < nextId)) wake();
          else linger.set();
        },
      });

      /** An error that a later try may help is said; any other passes and ends the process. */
      const survive = (error: unknown, text: string): void => {
        if (error instanceof FatalError || !(error instanceof GatewayError)) throw error;
        log.error(text, { reason: reasonOf(error) });
        fact({ kind: 'alert', who: 'storage', code: error.code, text: reasonOf(error) });
      };

      const graves = burial({ aloft, deadLetters, log, survive, wake, rest: REST, scheduler });

      const relief = clearance({ store, limits, room, door, aloft, away, cursor: () => cursor, wake, scheduler });

      /** One transaction; what it made durable is handed over and acknowledged. */
      const write: Step = () => {
        // What was refused since this turn began waits for the next one.
        if (aloft.dying().length === 0) linger.stop();
        const remove = aloft.leaving().slice(0, room.mayLeave());
        const plan = room.plan(door.front(), remove);
        room.announce(plan);
        if (remove.length + plan.admitted.length + plan.dropped.length === 0) return undefined;
        const first = nextId;
        const append = plan.admitted.map(({ device, at, bytes, body }, i) => ({
          id: first + i,
          device,
          at,
          bytes,
          body,
        }));
        const devices = door.news(plan.admitted);
        const batch = { append, remove, devices, sums: plan.sums };
        const committed = (): void => {
          nextId += append.length;
          aloft.removed(remove);
          door.admitted(append.length + plan.dropped.length, devices);
          room.committed(batch);
          plan.admitted.forEach(({ value, values }, i) => {
            const { id, bytes } = append[i]!;
            // Handed over without a detour through the disk, but only if nothing older waits there.
            if (id !== cursor || aloft.credits() <= 0 || leavesRest()) return;
            cursor = id + 1;
            if (away.passesOver(value.device, id)) return;
            if (values !== undefined && value.kind === 'data') valuesText.remember(value.telemetry[0]!.values, values);
            aloft.offer(id, bytes, value);
          });
          for (const { ack } of plan.admitted) ack();
          for (const { ack } of plan.dropped) ack();
          if (door.size() > 0 || aloft.leaving().length >= chunk) wake();
          else if (aloft.leaving().length > 0) linger.set();
        };
        return store.commit(batch).pipe(
          tap({ complete: committed }),
          catchError((error: unknown) => {
            if (!(error instanceof StoreFull)) throw error;
            if (!room.squeeze(plan)) (append.length === 0 ? rest : recovery).set();
            wake();
            return EMPTY;
          }),
        );
      };

      /** Reads as many rows as there are credits. */
      const fill: Step = () => {
        const credits = aloft.credits();
        if (cursor >= nextId || credits <= 0 || leavesRest()) return undefined;
        const limit = Math.max(credits, chunk);
        rewound = Infinity;
        return store.read(cursor, limit, away.waiting()).pipe(
          tap((rows) => {
            cursor = Math.min((rows.at(-1)?.id ?? nextId - 1) + 1, rewound);
            for (const row of rows) {
              const { id, bytes, at, device } = row;
              if (aloft.has(id)) continue;
              if (aloft.credits() <= 0) {
                cursor = Math.min(cursor, id);
                break;
              }
              const message = messageIn(row);
              if (!message) aloft.discard(row, 'dropped.damaged');
              else if (room.expired(at, scheduler.now())) aloft.discard(row, 'dropped.expired');
              else if (!away.passesOver(device, id, id <= rewound)) {
                door.met(device);
                aloft.offer(id, bytes, message);
              }
            }
            if (cursor < nextId && aloft.credits() > 0) wake();
            else if (aloft.leaving().length > 0) linger.set();
          }),
          ignoreElements(),
        );
      };

      const introduce = introductions(door, aloft, scheduler);
      /** Devices of earlier runs are introduced; with nothing left to deliver, space is given back. */
      const idle: Step = () => {
        if (leavesRest()) return undefined;
        const behind = cursor < nextId;
        introduce(behind);
        return !behind && room.isEmpty() ? store.tidy() : undefined;
      };

      const finish: Step = () => {
        const empty = aloft.isLanded() && aloft.leaving().length + aloft.dying().length + door.size() === 0;
        if (closing && empty && (store.durable || cursor >= nextId)) wakes.complete();
        return undefined;
      };

      const turn = (): Observable<never> => {
        asked = false;
        return rest.isSet()
          ? EMPTY
          : inTurn([graves.step, relief.step, write, fill, idle, finish]).pipe(
              catchError((error: unknown) => {
                survive(error, 'the storage failed; nothing is acknowledged until it works again');
                rest.set();
                return EMPTY;
              }),
            );
      };

      const lane = wakes.pipe(batchMap(turn)).subscribe(subscriber);
      wake();
      const intake = source.subscribe({
        next: (arrival) => {
          if (door.enter(arrival, fact)) wake();
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          closing = true;
          lane.add(
            scheduler.schedule(() => {
              wake();
              wakes.complete();
            }, grace),
          );
          wake();
        },
      });
      return () => {
        intake.unsubscribe();
        lane.unsubscribe();
        for (const timer of [linger, rest, recovery, graves, relief]) timer.stop();
        away.stop();
      };
    });

import { catchError, concat, defer, EMPTY, from, concatMap, ignoreElements, of, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { reasonOf } from '../../../model/errors.js';
import type { Line } from '../bus/line.js';
import { outcomeOf } from '../bus/outcome-of.js';
import type { Unit } from '../bus/unit.js';
import { oneByOne } from '../reading/one-by-one.js';
import type { Read } from '../reading/place.js';
import type { ReadPoint } from '../reading/points-of.js';
import type { Found } from '../reading/reading-of.js';
import type { ReadPlan } from './read-plan.js';

/** What one poll has brought. */
export interface Polled {
  readonly found: readonly Found[];
  /** Points without a value, and why. */
  readonly failed: ReadonlyMap<ReadPoint, string>;
  /** The slave has answered something, if only with an exception. */
  readonly heard: boolean;
}

/** Requests in a row without an answer, each with its retries, that end a poll. */
const ENOUGH = 2;

const NOT_ASKED = 'it was not asked for, as the slave did not answer';

/**
 * Reads all points of a slave once, one request after the other.
 *
 * | the slave | what follows |
 * |---|---|
 * | answers | its values are decoded; one that cannot be costs only itself |
 * | has not got an address | the places of the request are asked for one by one, and what that teaches counts from the next poll on |
 * | refuses for another reason | the points of the request have no value this time |
 * | does not answer | the same; after the second request in a row, or the first of a poll, the poll ends with what it has |
 * | is not there, as a gateway says | the poll ends with what it has |
 *
 * Promises: emits once and completes, unless the connection is lost, whose error passes. Order of what was found: that of the points.
 */
export const poll = (unit: Unit, plan: ReadPlan, line: Line): Observable<Polled> =>
  defer(() => {
    const values = new Map<ReadPoint, Found[1]>();
    const failed = new Map<ReadPoint, string>();
    let heard = false;
    let silentInRow = 0;
    let over = false;

    const fail = (places: readonly ReadPoint[], why: string): void => places.forEach((one) => failed.set(one, why));
    const take = ({ address, places }: Read<ReadPoint>, payload: Buffer): void => {
      for (const place of places)
        try {
          values.set(place, place.decode(payload, place.address - address));
        } catch (error) {
          fail([place], reasonOf(error));
        }
    };
    const unanswered = (read: Read<ReadPoint>, isAbsent: boolean, why: string): void => {
      plan.unanswered(read);
      fail(read.places, why);
      silentInRow += 1;
      over = isAbsent || !heard || silentInRow >= ENOUGH;
    };
    const ask = (read: Read<ReadPoint>, onIllegal: (why: string) => Observable<never>): Observable<never> =>
      line.read(unit, read, { again: unit.slave.retries }).pipe(
        tap((payload) => {
          heard = true;
          silentInRow = 0;
          plan.answered(read);
          take(read, payload);
        }),
        ignoreElements(),
        catchError((error: unknown) => {
          const { kind, why } = outcomeOf(error);
          if (kind === 'lost') throw error;
          if (kind === 'silent' || kind === 'absent') unanswered(read, kind === 'absent', why);
          else {
            heard = true;
            silentInRow = 0;
            if (kind === 'illegal') return onIllegal(why);
            fail(read.places, why);
          }
          return EMPTY;
        }),
      );
    /** Of a request that was refused: each place by itself. */
    const alone = (read: Read<ReadPoint>, parts: readonly Read<ReadPoint>[]): Observable<never> => {
      const refused: ReadPoint[] = [];
      let isWhole = true;
      const each = from(parts).pipe(
        concatMap((part) => {
          if (over) {
            isWhole = false;
            fail(part.places, NOT_ASKED);
            return EMPTY;
          }
          return ask(part, (why) => {
            refused.push(...part.places);
            fail(part.places, why);
            return EMPTY;
          });
        }),
      );
      return concat(
        each,
        defer(() => {
          if (isWhole && !over) plan.refused(read, refused);
          return EMPTY;
        }),
      );
    };
    const one = (read: Read<ReadPoint>): Observable<never> => {
      if (over) {
        fail(read.places, NOT_ASKED);
        return EMPTY;
      }
      return ask(read, (why) => {
        const parts = oneByOne(read.places);
        if (parts.length > 1 || parts[0]?.count !== read.count) return alone(read, parts);
        fail(read.places, why);
        plan.refused(read, read.places);
        return EMPTY;
      });
    };

    const reads = plan.reads();
    return concat(
      // Most slaves are read with one request, often: what several need is spared them.
      reads.length === 1 ? one(reads[0]!) : from(reads).pipe(concatMap(one)),
      defer(() => {
        const found = plan.points.flatMap((point): readonly Found[] => {
          const value = values.get(point);
          return value === undefined ? [] : [[point, value]];
        });
        return of({ found, failed, heard });
      }),
    );
  });

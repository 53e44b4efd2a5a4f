import { concat, defer, of, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { expect, test } from 'vitest';
import { ConnectionError, FatalError } from '../../src/model/errors.js';
import { retryBackoff } from '../../src/operators/retry-backoff.js';
import { marbles } from '../marbles.js';
import type { Drawing } from '../marbles.js';

const lost = new ConnectionError('BROKER_UNREACHABLE', 'lost');
const fatal = new FatalError('CONFIG_INVALID', 'hopeless');
/** 2, 3, 4 … ms. */
const growing = (attempt: number): number => attempt + 2;

test(
  'tries again, each time a little later',
  marbles(({ cold, scheduler, expectObservable, expectSubscriptions }) => {
    const wire = cold('-#', undefined, lost);
    expectObservable(wire.pipe(retryBackoff({ backoff: growing, scheduler })), '10ms !').toBe('-----------');
    expectSubscriptions(wire.subscriptions).toBe(['^!', '---^!', '-------^!']);
  }),
);

test(
  'lets what is not worth another try pass at once',
  marbles(({ cold, scheduler, expectObservable }) => {
    const policy = { backoff: growing, scheduler };
    expectObservable(cold('-a-#', undefined, fatal).pipe(retryBackoff(policy))).toBe('-a-#', undefined, fatal);
    expectObservable(cold('-#', undefined, lost).pipe(retryBackoff({ ...policy, retriable: () => false }))).toBe(
      '-#',
      undefined,
      lost,
    );
    expectObservable(cold('-a-|').pipe(retryBackoff(policy))).toBe('-a-|');
  }),
);

/** What the backoff was asked for, try by try. */
const attemptsOf = (tries: readonly Observable<string>[], lasting: number, draw: Drawing): readonly number[] => {
  let i = 0;
  const waits: number[] = [];
  const source = defer(() => tries[(i += 1) - 1] ?? of('done'));
  draw.expectObservable(
    source.pipe(
      retryBackoff({
        backoff: (attempt) => {
          waits.push(attempt);
          return 1;
        },
        lasting,
        scheduler: draw.scheduler,
      }),
    ),
  );
  draw.flush();
  return waits;
};

test(
  'counts from the start again after a try that emitted and then lasted',
  marbles((draw) => {
    const { cold } = draw;
    const short = cold('a---#', undefined, lost);
    const long = cold('a 9ms #', undefined, lost);
    expect(attemptsOf([short, short, long, short], 10, draw)).toEqual([0, 1, 0, 1]);
  }),
);

test(
  'does not count from the start again after a try that was silent, however long',
  marbles((draw) => {
    const silent = draw.cold('50ms #', undefined, lost);
    const late = draw.cold('50ms a--#', undefined, lost);
    expect(attemptsOf([silent, late, silent], 10, draw)).toEqual([0, 1, 2]);
  }),
);

test(
  'says before each wait how often it has failed, how long it waits and why',
  marbles(({ scheduler, expectObservable, flush }) => {
    const told: unknown[] = [];
    let tries = 0;
    const source = defer(() =>
      (tries += 1) < 3
        ? concat(
            of('a'),
            throwError(() => lost),
          )
        : of('b'),
    );
    const policy = { backoff: growing, scheduler, onRetry: (retry: unknown) => told.push(retry) };
    expectObservable(source.pipe(retryBackoff(policy))).toBe('a-a--(b|)');
    flush();
    expect(told).toEqual([
      { attempt: 1, delay: 2, why: 'lost' },
      { attempt: 2, delay: 3, why: 'lost' },
    ]);
  }),
);

test(
  'ends its wait when it is unsubscribed',
  marbles(({ cold, scheduler, expectObservable, expectSubscriptions }) => {
    const wire = cold('#', undefined, lost);
    expectObservable(wire.pipe(retryBackoff({ backoff: () => 5, scheduler })), '--!').toBe('---');
    expectSubscriptions(wire.subscriptions).toBe(['(^!)']);
  }),
);

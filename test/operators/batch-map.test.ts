import { EMPTY, NEVER, Subject, map, of, throwError, timer } from 'rxjs';
import { expect, test } from 'vitest';
import { batchMap } from '../../src/operators/batch-map.js';
import { marbles } from '../marbles.js';

test(
  'hands the work what arrived while it was busy, and one turn never overlaps the next',
  marbles(({ hot, expectObservable }) => {
    const source = hot('  -a-bcd--------e---|');
    const expected = '    ------a----x-------(e|)';
    const work = (batch: readonly string[]) => timer(5).pipe(map(() => batch.join('')));
    expectObservable(source.pipe(batchMap(work))).toBe(expected, { a: 'a', x: 'bcd', e: 'e' });
  }),
);

test(
  'starts at once when idle',
  marbles(({ hot, expectObservable }) => {
    expectObservable(hot('a-b-c|').pipe(batchMap((batch) => of(batch.join(''))))).toBe('a-b-c|');
  }),
);

test(
  'completes when the source has completed and the last turn is done',
  marbles(({ hot, expectObservable }) => {
    const work = (batch: readonly string[]) => timer(4).pipe(map(() => batch.length));
    expectObservable(hot('ab|').pipe(batchMap(work))).toBe('----x---(y|)', { x: 1, y: 1 });
    expectObservable(hot('--|').pipe(batchMap(work))).toBe('--|');
  }),
);

test(
  'passes errors of the source and of the work, and work that throws',
  marbles(({ hot, expectObservable }) => {
    expectObservable(hot('a-#').pipe(batchMap(() => NEVER))).toBe('--#');
    expectObservable(hot('-a-').pipe(batchMap(() => throwError(() => 'error')))).toBe('-#');
    const thrown = (): never => {
      throw 'error' as unknown as Error;
    };
    expectObservable(hot('-a-').pipe(batchMap(thrown))).toBe('-#');
  }),
);

test(
  'ends the turn and forgets what waits when it is unsubscribed',
  marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const turn = cold('-----x|');
    const source = hot('-ab---------');
    const until = '     ---!';
    expectObservable(source.pipe(batchMap(() => turn)), until).toBe('----');
    expectSubscriptions(turn.subscriptions).toBe('-^-!');
    expectSubscriptions(source.subscriptions).toBe('^--!');
  }),
);

test('does not grow the stack where work completes at once', () => {
  const source = new Subject<number>();
  let turns = 0;
  source
    .pipe(
      batchMap(([n = 0]) => {
        turns += 1;
        if (n < 50_000) source.next(n + 1);
        return EMPTY;
      }),
    )
    .subscribe();
  source.next(1);
  expect(turns).toBe(50_000);
});

import fc from 'fast-check';
import { ignoreElements, map, merge, mergeMap, tap, timer, VirtualTimeScheduler } from 'rxjs';
import type { Observable } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { limiter } from '../../src/operators/rate-limit.js';
import type { Limiter, Priority } from '../../src/operators/rate-limit.js';
import { slidingWindow } from '../../src/operators/sliding-window.js';
import type { Rate } from '../../src/operators/sliding-window.js';
import { marbles } from '../marbles.js';
import { shiftedClock } from '../shifted-clock.js';

interface Ask {
  readonly at: number;
  readonly messages: number;
  readonly points: number;
  readonly priority: Priority;
}

interface Grant extends Ask {
  readonly granted: number;
}

const play = (
  asks: readonly Ask[],
  rates: { messages: readonly Rate[]; points: readonly Rate[] },
  options: { percentage?: number; shared?: readonly ('messages' | 'points')[] } = {},
): readonly Grant[] => {
  const scheduler = new VirtualTimeScheduler();
  const { take } = limiter(rates, { percentage: 100, ...options, scheduler });
  const grants: Grant[] = [];
  for (const ask of asks)
    timer(ask.at, scheduler)
      .pipe(mergeMap(() => take({ messages: ask.messages, points: ask.points }, ask.priority)))
      .subscribe(() => grants.push({ ...ask, granted: scheduler.now() }));
  scheduler.flush();
  return grants;
};
const ask = (at: number, priority: Priority = 'data'): Ask => ({ at, messages: 1, points: 0, priority });
const times = (grants: readonly Grant[]): number[] => grants.map(({ granted }) => granted);

const rate = fc.record({ n: fc.integer({ min: 1, max: 200 }), seconds: fc.integer({ min: 1, max: 5 }) });
const anAsk = (most: number) =>
  fc.record({
    at: fc.integer({ min: 0, max: 4000 }),
    messages: fc.integer({ min: 1, max: 2 }),
    points: fc.integer({ min: 0, max: most }),
    priority: fc.constantFrom<Priority>('control', 'data', 'idle'),
  });

describe('limiter', () => {
  test('no window is ever exceeded, and everything gets its turn', () => {
    fc.assert(
      fc.property(
        fc.array(rate, { minLength: 1, maxLength: 2 }),
        fc.array(rate, { maxLength: 2 }),
        fc.array(anAsk(20), { maxLength: 150 }),
        fc.boolean(),
        (messages, points, asks, shared) => {
          const rates = {
            messages: messages.map(({ n, seconds }) => ({ n: n + 1, seconds })),
            points: points.map(({ n, seconds }) => ({ n: n + 20, seconds })),
          };
          const grants = play(asks, rates, shared ? { shared: ['messages'] } : {});
          expect(grants).toHaveLength(asks.length);
          for (const bucket of ['messages', 'points'] as const)
            for (const { n, seconds } of rates[bucket])
              for (const { granted: start } of grants) {
                const within = grants.filter(({ granted }) => granted >= start && granted < start + seconds * 1000);
                expect(within.reduce((sum, grant) => sum + grant[bucket], 0)).toBeLessThanOrEqual(n);
              }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('first come, first served', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 60 }), (moments) => {
        const grants = play(
          moments.map((at) => ask(at)),
          { messages: [{ n: 3, seconds: 1 }], points: [] },
        );
        expect(grants.map(({ at }) => at)).toEqual([...moments].sort((a, b) => a - b));
      }),
    );
  });

  test('80 % is used by default, and at least 1', () => {
    const rates = { messages: [{ n: 5, seconds: 1 }], points: [] };
    expect(
      times(
        play(
          Array.from({ length: 6 }, () => ask(0)),
          rates,
          { percentage: 80 },
        ),
      ),
    ).toEqual([0, 0, 0, 0, 1000, 1000]);
    expect(times(play([ask(0), ask(0)], { messages: [{ n: 1, seconds: 1 }], points: [] }, { percentage: 80 }))).toEqual(
      [0, 1000],
    );
  });

  test('control goes first and has a share that data leaves', () => {
    const rates = { messages: [{ n: 5, seconds: 1 }], points: [] };
    const asks = [...Array.from({ length: 6 }, () => ask(0)), ask(10, 'control'), ask(20, 'idle')];
    const grants = play(asks, rates, { shared: ['messages'] });
    expect(grants.find(({ priority }) => priority === 'control')?.granted).toBe(10);
    expect(grants.at(-1)?.priority).toBe('idle');
  });

  test('whoever waits for one bucket does not hold up those who need another', () => {
    const grants = play([ask(0), ask(1), { at: 2, messages: 0, points: 1, priority: 'idle' }], {
      messages: [{ n: 1, seconds: 60 }],
      points: [],
    });
    expect(grants.find(({ priority }) => priority === 'idle')?.granted).toBe(2);
    expect(times(grants)).toEqual([0, 2, 60_000]);
  });

  test('a waiter that is cancelled leaves the queue', () => {
    const scheduler = new VirtualTimeScheduler();
    const { take } = limiter<'m'>({ m: [{ n: 1, seconds: 1 }] }, { percentage: 100, scheduler });
    const got: string[] = [];
    take({ m: 1 }, 'data').subscribe(() => got.push('a'));
    take({ m: 1 }, 'data')
      .subscribe(() => got.push('b'))
      .unsubscribe();
    take({ m: 1 }, 'data').subscribe(() => got.push(`c at ${scheduler.now()}`));
    scheduler.flush();
    expect(got).toEqual(['a', 'c at 1000']);
  });

  test('without limits there is no wait and no timer; idle leaves none behind', () => {
    const scheduler = new VirtualTimeScheduler();
    const { take } = limiter<'m'>({ m: [] }, { scheduler });
    let granted = 0;
    for (let i = 0; i < 1000; i += 1) take({ m: 1 }, 'data').subscribe(() => (granted += 1));
    expect(granted).toBe(1000);
    expect(scheduler.actions).toEqual([]);
  });

  test('new limits count what was taken before', () => {
    const scheduler = new VirtualTimeScheduler();
    const { take, set } = limiter<'m'>({ m: [{ n: 10, seconds: 1 }] }, { percentage: 100, scheduler });
    for (let i = 0; i < 5; i += 1) take({ m: 1 }, 'data').subscribe();
    set({ m: [{ n: 5, seconds: 1 }] });
    let at: number | undefined;
    take({ m: 1 }, 'data').subscribe(() => (at = scheduler.now()));
    scheduler.flush();
    expect(at).toBe(1000);
  });

  test('a pause holds everybody up for its length', () => {
    const scheduler = new VirtualTimeScheduler();
    const { take, pause } = limiter<'m'>({ m: [] }, { scheduler });
    pause(500);
    let at: number | undefined;
    take({ m: 1 }, 'control').subscribe(() => (at = scheduler.now()));
    scheduler.flush();
    expect(at).toBe(500);
  });
});

describe('limiter, a clock that is set while somebody waits', () => {
  /** When somebody who asks at 10 ms is let through, after `start` at 0 and the clock set by `by` ms at 20. */
  const granted = (rates: readonly Rate[], start: (made: Limiter<'m'>) => void, by: number): number | undefined => {
    const scheduler = new VirtualTimeScheduler();
    const clock = shiftedClock(scheduler);
    const made = limiter<'m'>({ m: rates }, { percentage: 100, scheduler: clock });
    let at: number | undefined;
    start(made);
    scheduler.schedule(() => void made.take({ m: 1 }, 'data').subscribe(() => (at = scheduler.now())), 10);
    scheduler.schedule(() => clock.shift(by), 20);
    scheduler.flush();
    expect(scheduler.actions).toEqual([]);
    return at;
  };

  test.each([-86_400_000, -200, -1])('by %i ms during a pause: it lasts twice as long at most', (by) => {
    const at = granted([], ({ pause }) => pause(500), by);
    expect(at).toBeGreaterThanOrEqual(500);
    expect(at).toBeLessThanOrEqual(1_000);
  });

  test.each([-86_400_000, -200, -1])('by %i ms while a window is full: two windows at most', (by) => {
    const at = granted([{ n: 1, seconds: 1 }], ({ take }) => take({ m: 1 }, 'data').subscribe(), by);
    expect(at).toBeGreaterThanOrEqual(1_000);
    expect(at).toBeLessThanOrEqual(2_000);
  });

  test('a pause that ends between two looks at the clock forgets nobody', () => {
    for (let length = 1; length <= 12; length += 1) {
      const scheduler = new VirtualTimeScheduler();
      const { take, pause } = limiter<'m'>({ m: [] }, { scheduler: shiftedClock(scheduler, 1) });
      pause(length);
      let granted = 0;
      take({ m: 1 }, 'data').subscribe(() => (granted += 1));
      scheduler.flush();
      expect(granted).toBe(1);
    }
  });
});

describe('limiter, drawn', () => {
  /** Lets each letter through as the limiter allows; a capital is control, a small letter data, a digit idle work. */
  const through =
    ({ take }: Limiter<'m'>) =>
    (source: Observable<string>): Observable<string> =>
      source.pipe(
        mergeMap((letter) => {
          const priority = /[A-Z]/.test(letter) ? 'control' : /\d/.test(letter) ? 'idle' : 'data';
          return take({ m: 1 }, priority).pipe(map(() => letter));
        }),
      );
  const twoPerSecond = { m: [{ n: 2, seconds: 1 }] };

  test(
    'so many in any second, the others when the oldest has left it',
    marbles(({ hot, scheduler, expectObservable }) => {
      const made = limiter<'m'>(twoPerSecond, { percentage: 100, scheduler });
      const source = hot('  a 19ms b 9ms c 9ms d|');
      const expected = '    a 19ms b 979ms c 19ms (d|)';
      expectObservable(source.pipe(through(made))).toBe(expected);
    }),
  );

  test(
    'two windows apply together',
    marbles(({ hot, scheduler, expectObservable }) => {
      const rates = {
        m: [
          { n: 2, seconds: 1 },
          { n: 3, seconds: 5 },
        ],
      };
      const made = limiter<'m'>(rates, { percentage: 100, scheduler });
      expectObservable(hot('(abcd|)').pipe(through(made))).toBe('(ab) 996ms c 3999ms (d|)');
    }),
  );

  test(
    'control before data before idle work, and each in its order',
    marbles(({ hot, scheduler, expectObservable }) => {
      const made = limiter<'m'>({ m: [{ n: 1, seconds: 1 }] }, { percentage: 100, scheduler });
      const source = hot('  a-1-b-C-c|');
      const expected = '    a 999ms C 999ms b 999ms c 999ms (1|)';
      expectObservable(source.pipe(through(made))).toBe(expected);
    }),
  );

  test(
    'a pause holds up everybody, whoever waits already too',
    marbles(({ hot, scheduler, expectObservable }) => {
      const made = limiter<'m'>({ m: [{ n: 1, seconds: 1 }] }, { percentage: 100, scheduler });
      const source = hot('   a-b---|');
      const pauses = timer(500, scheduler).pipe(
        tap(() => made.pause(2_000)),
        ignoreElements(),
      );
      const expected = '     a 2499ms (b|)';
      expectObservable(merge(source.pipe(through(made)), pauses)).toBe(expected);
    }),
  );

  test(
    'whoever unsubscribes gives the place up, and takes nothing',
    marbles(({ cold, scheduler, expectObservable }) => {
      const made = limiter<'m'>({ m: [{ n: 1, seconds: 1 }] }, { percentage: 100, scheduler });
      expectObservable(cold('a|').pipe(through(made))).toBe('a|');
      expectObservable(cold('-b').pipe(through(made)), '----!').toBe('-----');
      expectObservable(cold('--c|').pipe(through(made))).toBe('1s (c|)');
    }),
  );

  test(
    'new limits let those who wait through at once, if there is room',
    marbles(({ hot, scheduler, expectObservable }) => {
      const made = limiter<'m'>({ m: [{ n: 1, seconds: 60 }] }, { percentage: 100, scheduler });
      const changes = timer(10, scheduler).pipe(
        tap(() => made.set(twoPerSecond)),
        ignoreElements(),
      );
      expectObservable(merge(hot('ab|').pipe(through(made)), changes)).toBe('a 9ms (b|)');
    }),
  );
});

test('a window remembers at most 65 slices, and errs on the safe side', () => {
  const window = slidingWindow(10_000, 60_000);
  for (let now = 0; now < 60_000; now += 10) window.add(1, now);
  expect(window.past(59_999).length).toBeLessThanOrEqual(65);
  expect(window.fits(4001, 59_999)).toBe(false);
  expect(window.fits(4000, 59_999)).toBe(true);
  expect(window.fits(10_000, 119_990)).toBe(true);
});

test('what is remembered as one leaves with the latest of its moments', () => {
  const window = slidingWindow(2, 60_000);
  window.add(1, 0);
  window.add(1, 900);
  expect(window.fits(1, 60_100)).toBe(false);
  expect(window.fits(1, 60_900)).toBe(true);
});

test('a clock that was set back holds nobody up for longer than a window', () => {
  const window = slidingWindow(1, 1_000);
  window.add(1, 90_000_000);
  expect(window.fits(1, 5_000)).toBe(false);
  expect(window.wait(5_000)).toBeLessThanOrEqual(1_000);
  expect(window.fits(1, 6_000)).toBe(true);
});

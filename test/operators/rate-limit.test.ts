import fc from 'fast-check';
import { mergeMap, timer, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { limiter } from '../../src/operators/rate-limit.js';
import type { Priority } from '../../src/operators/rate-limit.js';
import { slidingWindow } from '../../src/operators/sliding-window.js';
import type { Rate } from '../../src/operators/sliding-window.js';

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

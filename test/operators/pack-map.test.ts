import fc from 'fast-check';
import { defer, delay, from, ignoreElements, map, of, queueScheduler, Subject, tap, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, test } from 'vitest';
import { packMap } from '../../src/operators/pack-map.js';
import type { PackLimits, Parcel } from '../../src/operators/pack-map.js';

/** An element is its name: the first letter is the device, `!` a barrier, `+` the serial lane, and its size its length. */
const parcel = (name: string): Parcel => ({
  key: name[0]!,
  lane: name.includes('+') ? 'attributes' : name.includes('!') ? 'disconnect' : 'telemetry',
  size: name.length,
  frame: 0,
  points: 1,
  ...(name.includes('+') ? { serial: true } : {}),
  ...(name.includes('!') ? { barrier: true } : {}),
});
const wide: PackLimits = { bytes: 100, points: 100, keys: 1 };

const drawn = (run: Parameters<typeof TestScheduler.prototype.run<void>>[0]): void =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(run);

/** Each pack is emitted as one text when it is done, `ms` after it began. */
const packed = (
  source: Observable<string>,
  ms: number,
  concurrency: number,
  limits: PackLimits = wide,
): Observable<string> =>
  source.pipe(packMap((pack) => of(pack.join(' ')).pipe(delay(ms)), { parcel, limits: () => limits, concurrency }));

/** The packs that are made of elements which all wait behind one that is in flight, one at a time. */
const packs = (names: readonly string[], limits: PackLimits): readonly (readonly string[])[] => {
  const made: (readonly string[])[] = [];
  drawn(({ flush }) => {
    from(['z', ...names])
      .pipe(
        packMap((pack) => timer(1).pipe(map(() => made.push(pack))), { parcel, limits: () => limits, concurrency: 1 }),
      )
      .subscribe();
    flush();
  });
  return made.filter(([name]) => name !== 'z');
};

const immediate = queueScheduler;

describe('packMap', () => {
  test('idle means at once, busy means full packs', () => {
    drawn(({ cold, expectObservable }) => {
      const source = cold('abcd|', { a: 'a1', b: 'a2', c: 'a3', d: 'a4' });
      expectObservable(packed(source, 5, 1)).toBe('-----x----(y|)', { x: 'a1', y: 'a2 a3 a4' });
    });
  });

  test('what arrives in one turn is one pack for each device', () => {
    drawn(({ cold, expectObservable }) => {
      const source = cold('(abcd|)', { a: 'a1', b: 'b1', c: 'a2', d: 'b2' });
      expectObservable(packed(source, 2, 9)).toBe('--(xy|)', { x: 'a1 a2', y: 'b1 b2' });
    });
  });

  test('several devices share a pack where that is allowed', () => {
    drawn(({ cold, expectObservable }) => {
      const source = cold('(abcd|)', { a: 'a1', b: 'b1', c: 'a2', d: 'c1' });
      expectObservable(packed(source, 2, 9, { ...wide, keys: 2 })).toBe('--(xy|)', { x: 'a1 a2 b1', y: 'c1' });
    });
  });

  test('a pack keeps to its bytes and points; a larger element goes alone', () => {
    const bytes = packs(['a1', 'a2', 'a3', 'a4444444', 'a5'], { ...wide, bytes: 5 });
    expect(bytes).toEqual([['a1', 'a2'], ['a3'], ['a4444444'], ['a5']]);
    expect(packs(['a1', 'a2', 'a3'], { ...wide, points: 2 })).toEqual([['a1', 'a2'], ['a3']]);
  });

  test('devices take turns', () => {
    expect(packs(['a1', 'a2', 'a3', 'b1', 'b2', 'c1'], { ...wide, points: 1 }).flat()).toEqual([
      'a1',
      'b1',
      'c1',
      'a2',
      'b2',
      'a3',
    ]);
  });

  test('a serial lane has one pack in flight, other lanes go on', () => {
    drawn(({ cold, expectObservable }) => {
      const source = cold('abc|', { a: 'a+1', b: 'a+2', c: 'a3' });
      expectObservable(packed(source, 6, 9)).toBe('------x-y---(z|)', { x: 'a+1', y: 'a3', z: 'a+2' });
    });
  });

  test('a barrier waits for what was before it, and what comes after waits for it', () => {
    drawn(({ cold, expectObservable }) => {
      const source = cold('(abcd)', { a: 'a1', b: 'a!', c: 'a2', d: 'b1' });
      expectObservable(packed(source, 5, 9)).toBe('-----(xy)-u----v', { x: 'a1', y: 'b1', u: 'a!', v: 'a2' });
    });
  });

  test('completes when upstream has and every pack is done', () => {
    drawn(({ cold, expectObservable }) => {
      expectObservable(packed(cold('|'), 5, 1)).toBe('|');
      expectObservable(packed(cold('a|', { a: 'a1' }), 5, 1)).toBe('-----(x|)', { x: 'a1' });
    });
  });

  test('an error upstream or in a pack ends it; unsubscribing ends the packs', () => {
    drawn(({ cold, expectObservable, expectSubscriptions }) => {
      expectObservable(packed(cold('--#'), 5, 1)).toBe('--#');
      const failing = cold('-#');
      expectObservable(
        cold('a', { a: 'a1' }).pipe(packMap(() => failing, { parcel, limits: () => wide, concurrency: 1 })),
      ).toBe('-#');
      const endless = cold('');
      expectObservable(
        cold('a', { a: 'a1' }).pipe(packMap(() => endless, { parcel, limits: () => wide, concurrency: 1 })),
        '----!',
      ).toBe('');
      expectSubscriptions(endless.subscriptions).toBe('^---!');
    });
  });

  test('whatever comes, each element is in one pack, in order, within the limits', () => {
    const element = fc
      .tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('', '+', '!'))
      .map(([device, kind]) => device + kind);
    fc.assert(
      fc.property(
        fc.array(element, { maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 2, max: 12 }),
        (names, concurrency, keys, bytes) => {
          const elements = names.map((name, i) => `${name}${String(i).padStart(3, '0')}`);
          const limits = { bytes, points: 3, keys };
          const begun: (readonly string[])[] = [];
          const flying = new Set<readonly string[]>();
          let most = 0;
          let finished = false;
          const order = (name: string): string => name.slice(0, -3);
          drawn(({ flush }) => {
            from(elements)
              .pipe(
                packMap(
                  (pack) =>
                    defer(() => {
                      begun.push(pack);
                      for (const other of flying) {
                        const same = parcel(other[0]!).key === parcel(pack[0]!).key;
                        if (same && (pack[0]!.includes('!') || other[0]!.includes('!')))
                          throw new Error('a barrier was passed');
                        if (
                          pack[0]!.includes('+') &&
                          other[0]!.includes('+') &&
                          other.some((a) => pack.some((b) => parcel(a).key === parcel(b).key))
                        )
                          throw new Error('two of a serial lane');
                      }
                      flying.add(pack);
                      most = Math.max(most, flying.size);
                      return timer((begun.length * 7) % 5).pipe(
                        tap(() => flying.delete(pack)),
                        ignoreElements(),
                      );
                    }),
                  { parcel, limits: () => limits, concurrency },
                ),
              )
              .subscribe({ complete: () => (finished = true) });
            flush();
          });
          expect(finished).toBe(true);
          expect(most).toBeLessThanOrEqual(concurrency);
          expect(begun.flat().sort()).toEqual([...elements].sort());
          for (const kind of new Set(elements.map(order))) {
            const got = begun.flat().filter((name) => order(name) === kind);
            expect(got).toEqual([...got].sort((x, y) => x.slice(-3).localeCompare(y.slice(-3))));
          }
          for (const pack of begun) {
            expect(new Set(pack.map((name) => name[0])).size).toBeLessThanOrEqual(keys);
            expect(pack.length === 1 || pack.length <= 3).toBe(true);
            expect(pack.length === 1 || pack.join('').length <= bytes).toBe(true);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a hundred thousand elements behind one slow pack take constant time each', () => {
    const gate = new Subject<never>();
    const source = new Subject<string>();
    let seen = 0;
    let first = true;
    source
      .pipe(
        packMap(
          (pack) => {
            seen += pack.length;
            if (!first) return of(1);
            first = false;
            return gate;
          },
          { parcel, limits: () => wide, concurrency: 1, scheduler: immediate },
        ),
      )
      .subscribe();
    for (let i = 0; i < 100_000; i += 1) source.next(`${'abcdefghij'[i % 10]!}1`);
    gate.complete();
    expect(seen).toBe(100_000);
  });
});

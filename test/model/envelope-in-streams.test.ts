import { NEVER, Subject, concat, filter, from, mergeMap, tap } from 'rxjs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Envelope } from '../../src/model/envelope.js';
import { split } from '../../src/model/envelope.js';
import { enclose } from '../../src/operators/enclose.js';

/** Splits each value, drops some parts (settling them) and acknowledges the rest. */
const path = (parts: number, drop: number) => (source: Subject<Envelope<number>>) =>
  source.pipe(
    mergeMap((item) =>
      from(
        split(
          item,
          Array.from({ length: parts }, (_, i) => item.value * parts + i),
        ),
      ),
    ),
    filter((item) => {
      const keep = item.value % drop !== 0;
      if (!keep) item.ack();
      return keep;
    }),
  );

test('every value is settled exactly once if the stream completes', () => {
  fc.assert(
    fc.property(fc.nat(30), fc.nat(5), fc.integer({ min: 1, max: 5 }), (n, parts, drop) => {
      const settled: number[] = [];
      const source = new Subject<Envelope<number>>();
      path(parts, drop)(source).subscribe(({ ack }) => ack());
      const values = Array.from({ length: n }, (_, i) => i);
      from(values)
        .pipe(enclose((value) => settled.push(value)))
        .subscribe(source);
      expect(settled).toEqual(values);
    }),
  );
});

test('teardown settles nothing', () => {
  fc.assert(
    fc.property(fc.nat(30), fc.nat(30), (n, until) => {
      const settled: number[] = [];
      const source = new Subject<Envelope<number>>();
      const held: Envelope<number>[] = [];
      const subscription = path(
        2,
        1_000_000,
      )(source)
        .pipe(tap((item) => held.push(item)))
        .subscribe();
      concat(from(Array.from({ length: n }, (_, i) => i + 1)), NEVER)
        .pipe(
          enclose(
            (value) => settled.push(value),
            (value) => settled.push(value),
          ),
        )
        .subscribe((item) => {
          if (item.value > until) subscription.unsubscribe();
          source.next(item);
        });
      subscription.unsubscribe();
      expect(held).toHaveLength(2 * Math.min(n, until));
      expect(settled).toEqual([]);
    }),
  );
});

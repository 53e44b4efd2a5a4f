import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrder } from '../../../../src/sources/mqtt/connection/in-order.js';

describe('inOrder', () => {
  it('releases in the order of arrival, each value once, and never before it is done', () =>
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 60 }), fc.integer({ min: 0, max: 60 }), (keys, kept) => {
        const released: number[] = [];
        const queue = inOrder<number>((value) => released.push(value));
        const places = keys.map((_, i) => queue.add(i));
        const order = keys.map((key, i) => ({ key, i })).sort((a, b) => a.key - b.key || b.i - a.i);
        const finished = new Set<number>();
        for (const { i } of order.slice(0, kept)) {
          finished.add(i);
          queue.done(places[i]!);
          queue.done(places[i]!);
          const prefix = keys.findIndex((_, at) => !finished.has(at));
          expect(released).toEqual(Array.from({ length: prefix < 0 ? keys.length : prefix }, (_, at) => at));
        }
        expect(queue.empty()).toBe(released.length === keys.length);
      }),
    ));

  it('goes on after it was empty', () => {
    const released: string[] = [];
    const queue = inOrder<string>((value) => released.push(value));
    queue.done(queue.add('a'));
    const b = queue.add('b');
    queue.done(queue.add('c'));
    queue.done(b);
    expect(released).toEqual(['a', 'b', 'c']);
    expect(queue.empty()).toBe(true);
  });
});

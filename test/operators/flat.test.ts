import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { flat } from '../../src/operators/flat.js';

const draw = (body: Parameters<TestScheduler['run']>[0]): void =>
  void new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body);

describe('flat', () => {
  it('emits each value that the function makes, in order, and nothing for none', () => {
    draw(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(' -2----0--1-|');
      const expected = '    -(21)----1-|';
      const countdown = flat((n: string) => ['2', '1'].slice(2 - Number(n)));
      expectObservable(source.pipe(countdown)).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^----------!');
    });
  });

  it('passes errors, its own among them', () => {
    draw(({ cold, expectObservable }) => {
      const bug = new Error('bug');
      const throws = flat((value: string): string[] => {
        if (value === 'b') throw bug;
        return [value];
      });
      expectObservable(cold('-a-b-c').pipe(throws)).toBe('-a-#', undefined, bug);
      expectObservable(cold('-a-#').pipe(throws)).toBe('-a-#');
    });
  });
});

import { filter, map } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { Envelope } from '../../src/model/envelope.js';
import { Refused, Unavailable } from '../../src/model/errors.js';
import { recorded } from '../../src/testing.js';

describe('recorded', () => {
  it('draws acknowledgements on a line of their own', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ cold, expectObservable }) => {
      const { enclose, settlements } = recorded<string>();
      const settle = map((item: Envelope<string>) => {
        if (item.value === 'a') item.ack();
        if (item.value === 'b') item.nack(new Refused('PLATFORM_REFUSED', 'no'));
        if (item.value === 'c') item.nack(new Unavailable('DEVICE_DEFERRED', 'later'));
        item.ack();
        return item.value;
      });
      expectObservable(settlements, '^--------!').toBe('-a-b-c-d-', {
        a: { value: 'a', how: 'ack' },
        b: { value: 'b', how: 'refused' },
        c: { value: 'c', how: 'unavailable' },
        d: { value: 'd', how: 'ack' },
      });
      expectObservable(cold('-a-b-c-d-|').pipe(enclose, settle)).toBe('-a-b-c-d-|');
    });
  });

  it('hears nothing of a value that teardown left', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ cold, expectObservable }) => {
      const { enclose, settlements } = recorded<string>();
      expectObservable(settlements, '^-----!').toBe('------');
      expectObservable(
        cold('-a-b-|').pipe(
          enclose,
          filter(() => false),
        ),
        '^--!',
      ).toBe('---');
    });
  });
});

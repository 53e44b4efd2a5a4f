import { of } from 'rxjs';
import { expect, test } from 'vitest';
import { Refused, Unavailable } from '../../src/model/errors.js';
import { enclose } from '../../src/operators/enclose.js';
import { marbles } from '../marbles.js';

test(
  'puts each value in flight as it comes',
  marbles(({ hot, expectObservable }) => {
    expectObservable(hot('-a-b-#').pipe(enclose())).toBe('-a-b-#', {
      a: { value: 'a', ack: expect.any(Function), nack: expect.any(Function) },
      b: { value: 'b', ack: expect.any(Function), nack: expect.any(Function) },
    });
  }),
);

test('hears how the journey ended, with the value', () => {
  const heard: string[] = [];
  of(1, 2, 3)
    .pipe(
      enclose(
        (n) => heard.push(`+${n}`),
        (n) => heard.push(`-${n}`),
      ),
    )
    .subscribe(({ value, ack, nack }) => {
      if (value === 1) ack();
      else nack(value === 2 ? new Refused('PLATFORM_REFUSED', '') : new Unavailable('DEVICE_DEFERRED', ''));
      ack();
    });
  expect(heard).toEqual(['+1', '-2', '-3']);
});

test('lets settlement go unheard where nobody listens', () => {
  const refused = new Refused('PLATFORM_REFUSED', '');
  of(1)
    .pipe(enclose())
    .subscribe(({ ack, nack }) => {
      expect(() => {
        ack();
        nack(refused);
      }).not.toThrow();
    });
});

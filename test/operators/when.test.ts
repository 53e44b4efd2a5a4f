import { concatMap, delay, map, of, take, tap, throwError } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import { expect, test } from 'vitest';
import type { Envelope } from '../../src/model/envelope.js';
import { envelope } from '../../src/model/envelope.js';
import { when } from '../../src/operators/when.js';
import { enclose } from '../../src/operators/enclose.js';
import { marbles } from '../marbles.js';

type Letter = 'a' | 'b';
type Digit = '1' | '2';
const isLetter = (value: Letter | Digit): value is Letter => value === 'a' || value === 'b';
const value = <T>(): OperatorFunction<Envelope<T>, T> => map((item) => item.value);
const later: OperatorFunction<Envelope<Letter>, Envelope<Letter>> = delay(3);

test(
  'sends some through the detour and lets the others pass beside it; neither waits',
  marbles(({ hot, expectObservable }) => {
    const source = hot<Letter | Digit>('-a-1-b-2-|').pipe(enclose());
    expectObservable(source.pipe(when(isLetter, later), value())).toBe('---1a--2b|');
  }),
);

test(
  'completes when the source has completed and the detour is done',
  marbles(({ hot, expectObservable }) => {
    expectObservable(hot<Letter | Digit>('a|').pipe(enclose(), when(isLetter, later), value())).toBe('---(a|)');
    expectObservable(hot<Letter | Digit>('1|').pipe(enclose(), when(isLetter, later), value())).toBe('1|');
  }),
);

test(
  'passes errors of the source and of the detour',
  marbles(({ hot, expectObservable }) => {
    expectObservable(hot<Letter | Digit>('1-#').pipe(enclose(), when(isLetter, later), value())).toBe('1-#');
    const broken = concatMap(() => throwError(() => 'error'));
    expectObservable(hot<Letter | Digit>('1-a').pipe(enclose(), when(isLetter, broken), value())).toBe('1-#');
  }),
);

test(
  'leaves source and detour when it is left',
  marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const source = hot<Letter | Digit>('-a-1-2-');
    const inner = cold('------x');
    const detour = concatMap(() => inner.pipe(enclose()));
    expectObservable(source.pipe(enclose(), when(isLetter, detour), value(), take(1))).toBe('---(1|)');
    expectSubscriptions(source.subscriptions).toBe('^--!');
    expectSubscriptions(inner.subscriptions).toBe('-^-!');
  }),
);

test('settles nothing itself, and hands on the envelopes that it got', () => {
  const settled: string[] = [];
  const settle = (how: string) => (): void => void settled.push(how);
  const items = (['a', '1'] as const).map((one) => envelope<Letter | Digit>(one, settle('ack'), settle('nack')));
  const seen: Envelope<unknown>[] = [];
  of(...items)
    .pipe(when(isLetter, tap()))
    .subscribe((item) => seen.push(item));
  expect(seen).toEqual(items);
  expect(settled).toEqual([]);
});

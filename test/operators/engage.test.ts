import { EMPTY, NEVER, delay, map } from 'rxjs';
import { test } from 'vitest';
import { engage } from '../../src/operators/engage.js';
import { marbles } from '../marbles.js';

const capitals = map((letter: string) => letter.toUpperCase());

test(
  'values pass by until the step is needed, and take it from then on',
  marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('-a-b-c-d-|');
    expectObservable(source.pipe(engage(hot('----n-n'), capitals))).toBe('-a-b-C-D-|');
    expectSubscriptions(source.subscriptions).toBe('^--------!');
  }),
);

test(
  'needed from the beginning it is the step; never needed it is nothing',
  marbles(({ hot, cold, expectObservable }) => {
    expectObservable(hot('-a-b|').pipe(engage(cold('n'), capitals))).toBe('-A-B|');
    expectObservable(hot('-a-b|').pipe(engage(NEVER, capitals))).toBe('-a-b|');
    expectObservable(hot('-a-b|').pipe(engage(EMPTY, capitals))).toBe('-a-b|');
  }),
);

test(
  'the end comes when the step is done, an error at once, and unsubscribing ends all',
  marbles(({ hot, scheduler, expectObservable, expectSubscriptions }) => {
    const late = delay<string>(3, scheduler);
    const needed = hot('--n-------');
    expectObservable(hot('-a-b|').pipe(engage(needed, late))).toBe('-a----(b|)');
    expectObservable(hot('-a-b#').pipe(engage(hot('--n'), late))).toBe('-a--#');
    expectObservable(hot('-a#').pipe(engage(NEVER, late))).toBe('-a#');
    const source = hot('-a-b-c');
    const other = hot('-');
    expectObservable(source.pipe(engage(other, capitals)), '----!').toBe('-a-b');
    expectSubscriptions(source.subscriptions).toBe('^---!');
    expectSubscriptions(other.subscriptions).toBe('^---!');
  }),
);

import { TestScheduler } from 'rxjs/testing';
import { map, tap, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { envelope, type Envelope } from '../../src/model/envelope.js';
import { Refused, Unavailable } from '../../src/model/errors.js';
import { shed } from '../../src/operators/shed.js';

interface Scene {
  readonly limit: number;
  readonly source: string;
  /** Each letter settles the value of that name: acknowledged, or nacked when it is written as a capital. */
  readonly settled: string;
  readonly result: string;
  readonly journal: readonly string[];
  readonly applies?: (value: string) => boolean;
}

const run = ({ limit, source, settled, result, journal, applies }: Scene): void =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ hot, expectObservable, flush }) => {
    const seen: string[] = [];
    const open = new Map<string, Envelope<string>>();
    const parents = hot(source).pipe(
      map((value) =>
        envelope(
          value,
          () => seen.push(`${value} acked`),
          (why) => seen.push(`${value} ${why.name}`),
        ),
      ),
    );
    const passed: Observable<string> = parents.pipe(
      shed(limit, (value) => seen.push(`${value} shed`), applies),
      tap((child) => open.set(child.value, child)),
      map(({ value }) => value),
    );
    const settling = hot(settled).pipe(
      tap((name) => {
        const child = open.get(name.toLowerCase());
        if (name === name.toLowerCase()) child?.ack();
        else child?.nack(new Unavailable('STORAGE_FULL', 'not now'));
      }),
    );
    expectObservable(passed).toBe(result);
    expectObservable(settling).toBe(settled);
    flush();
    expect(seen).toEqual(journal);
  });

describe('shed', () => {
  it('passes a fast source while less than the limit is unsettled, and refuses the rest at once', () =>
    run({
      limit: 2,
      source: ' -a-b-c-d--|',
      settled: '----------',
      result: ' -a-b------|',
      journal: ['c shed', 'c Refused', 'd shed', 'd Refused'],
    }));

  it('passes again after an ack and after a nack', () =>
    run({
      limit: 2,
      source: ' -a-b-c---d-e-f-|',
      settled: '------a-----B---',
      result: ' -a-b-----d---f-|',
      journal: ['c shed', 'c Refused', 'a acked', 'e shed', 'e Refused', 'b Unavailable'],
    }));

  it('does not count the values that are not meant', () =>
    run({
      limit: 1,
      source: ' -a-x-y-b-z-|',
      settled: '-----------',
      result: ' -a-x-y---z-|',
      journal: ['b shed', 'b Refused'],
      applies: (value) => value < 'x',
    }));

  it('passes an error on and settles nothing', () =>
    run({ limit: 1, source: '-a-#', settled: '----', result: '-a-#', journal: [] }));

  it('counts a value once, however often it is settled', () => {
    const results: string[] = [];
    const open: Envelope<string>[] = [];
    const parents = ['a', 'b', 'c', 'd'].map((value) =>
      envelope(
        value,
        () => results.push(`${value} acked`),
        (why) => results.push(`${value} ${why.name}`),
      ),
    );
    new TestScheduler(() => undefined).run(({ cold }) => {
      cold<Envelope<string>>('(ab)-(cd)', Object.fromEntries(parents.map((parent) => [parent.value, parent])))
        .pipe(
          shed(2, () => undefined),
          tap((child) => open.push(child)),
          tap(({ value }) => {
            if (value !== 'b') return;
            open[0]!.ack();
            open[0]!.ack();
            open[0]!.nack(new Refused('MESSAGE_TOO_LARGE', 'no'));
          }),
        )
        .subscribe();
    });
    expect(open.map(({ value }) => value)).toEqual(['a', 'b', 'c']);
    expect(results).toEqual(['a acked', 'd Refused']);
  });
});

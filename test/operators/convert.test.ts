import { map, tap } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { envelope, type Envelope } from '../../src/model/envelope.js';
import { ProtocolError, Refused, Unavailable } from '../../src/model/errors.js';
import { convert } from '../../src/operators/convert.js';

/** a → a1; b → b1 b2 b3; n → nothing; p and t throw. */
const table = (value: string): readonly string[] => {
  if (value === 'p') throw new ProtocolError('CONVERSION_FAILED', 'not JSON');
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- a user's converter may.
  if (value === 't') throw 'a text';
  if (value === 'n') return [];
  return value === 'b' ? ['b1', 'b2', 'b3'] : [`${value}1`];
};

interface Seen {
  readonly journal: string[];
  readonly children: Envelope<string>[];
}

const run = (source: string, result: string, check: (seen: Seen) => void): void =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ hot, expectObservable, flush }) => {
    const seen: Seen = { journal: [], children: [] };
    const values = { a: 'a1', x: 'b1', y: 'b2', z: 'b3', c: 'c1' };
    const converted = hot(source).pipe(
      map((value) =>
        envelope(
          value,
          () => seen.journal.push(`${value} acked`),
          (why) => seen.journal.push(`${value} ${why.name}`),
        ),
      ),
      convert(table, (error, value) =>
        seen.journal.push(`${value} failed: ${error instanceof Error ? error.message : String(error)}`),
      ),
      tap((child) => seen.children.push(child)),
      map(({ value }) => value),
    );
    expectObservable(converted).toBe(result, values);
    flush();
    check(seen);
  });

describe('convert', () => {
  it('emits what each value becomes, in order, and settles nothing by itself', () =>
    run('-a-b----c-|', '-a-(xyz)c-|', ({ journal }) => expect(journal).toEqual([])));

  it('acknowledges a value that becomes nothing', () =>
    run('-n-a-|', '---a-|', ({ journal }) => expect(journal).toEqual(['n acked'])));

  it('acknowledges a value that cannot be converted, says so, and converts the next one', () =>
    run('-p-t-a-|', '-----a-|', ({ journal }) =>
      expect(journal).toEqual(['p failed: not JSON', 'p acked', 't failed: a text', 't acked']),
    ));

  it('settles a value when the last of what it became is settled, with the worst outcome', () =>
    run('-b----|', '-(xyz)|', ({ journal, children }) => {
      children[2]!.ack();
      children[0]!.nack(new Refused('MESSAGE_TOO_LARGE', 'no'));
      expect(journal).toEqual([]);
      children[1]!.nack(new Unavailable('STORAGE_FULL', 'not now'));
      expect(journal).toEqual(['b Unavailable']);
    }));

  it('passes an error on', () => run('-a-#', '-a-#', ({ journal }) => expect(journal).toEqual([])));
});

import { beforeEach, expect, test } from 'vitest';
import { servedLedger } from '../../prove/served.js';

const PATIENCE = 100;
let ledger = servedLedger(PATIENCE);
beforeEach(() => {
  ledger = servedLedger(PATIENCE);
});

/** Polls that are answered at once, every 10 ms from `at` on. */
const polls = (count: number, { life = 1, connection = 1, at = 0 } = {}): void => {
  for (let i = 0; i < count; i += 1) ledger.served('s', ledger.asked('s', life, connection, at + i * 10));
};
const seqs = (missing: readonly number[], killed: readonly number[] = []) => {
  const verdict = ledger.verdict(
    missing.map((seq) => ['s', seq]),
    new Set(killed),
  );
  return { ...verdict, owed: verdict.owed.map(([, seq]) => seq) };
};
const upTo = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, i) => from + i);

test('what was served is owed as soon as the same connection asks for more in time', () => {
  polls(4);
  expect(seqs([3])).toEqual({ owed: [0, 1, 2], gaps: 1, mayGap: 1 });
  expect(ledger.pairs()).toHaveLength(4);
});

test('a hole is owed, also where the gateway was killed', () => {
  polls(10);
  expect(seqs([4], [1]).owed).toEqual(upTo(9));
  expect(seqs([4, 7, 8, 9], [1]).owed).toEqual(upTo(7));
});

test('of a life that was killed the last 64 may be missing, and not one more', () => {
  polls(100);
  expect(seqs(upTo(100, 35), [1])).toMatchObject({ owed: upTo(35), gaps: 65, mayGap: 65 });
  expect(seqs(upTo(100, 34), [1])).toMatchObject({ owed: upTo(35), gaps: 65 });
});

test('of a life that was stopped in order none of them may be missing', () => {
  polls(10);
  polls(10, { life: 2, connection: 2 });
  expect(seqs([8, 18], [2]).owed).toEqual([...upTo(9), ...upTo(18, 10)]);
});

test('an answer that came too late, or on a connection that ended, is not owed, nor the first one after it', () => {
  polls(3);
  const late = ledger.asked('s', 1, 1, 30);
  const next = ledger.asked('s', 1, 1, 130);
  expect(ledger.served('s', late)).toBe(3);
  expect(ledger.served('s', next)).toBe(4);
  polls(3, { at: 140 });
  polls(3, { at: 200, connection: 2 });
  expect(seqs([]).owed).toEqual([0, 1, 2, 5, 6, 9]);
});

test('a command between two polls takes nothing from what is owed', () => {
  polls(2);
  ledger.answered(ledger.asked('s', 1, 1, 20));
  polls(2, { at: 30 });
  expect(seqs([]).owed).toEqual([0, 1, 2]);
});

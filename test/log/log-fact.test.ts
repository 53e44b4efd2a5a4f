import { describe, expect, test } from 'vitest';
import { createLog } from '../../src/log.js';
import { logFact } from '../../src/log/log-fact.js';
import type { Fact, State } from '../../src/model/fact.js';

/** What the log says of these facts, without the time. */
const said = (...facts: readonly Fact[]): readonly string[] => {
  const lines: string[] = [];
  const say = logFact(createLog({ write: (text) => lines.push(text.slice(25)) }));
  facts.forEach(say);
  return lines;
};
const state = (phase: State['phase'], details: Omit<State, 'kind' | 'who' | 'phase'> = {}): Fact => ({
  kind: 'state',
  who: 'tb',
  phase,
  ...details,
});

test.each<[Fact, string | undefined]>([
  [{ kind: 'state', who: 'Broker', phase: 'connected' }, 'INFO  [Broker] connected'],
  [state('disconnected'), 'INFO  [tb] disconnected'],
  [state('refused'), 'WARN  [tb] refused'],
  [state('disabled', { why: 'bad' }), 'ERROR [tb] disabled: bad'],
  [state('disabled', { why: 'bad', code: 'CONFIG_INVALID' }), 'ERROR [tb] disabled: bad {"code":"CONFIG_INVALID"}'],
  [{ kind: 'alert', who: 'b', code: 'STORAGE_FULL', text: 'full' }, 'ERROR [b] full {"code":"STORAGE_FULL"}'],
  [{ kind: 'alert', who: 'b', code: 'BROKER_UNREACHABLE', text: 't' }, 'WARN  [b] t {"code":"BROKER_UNREACHABLE"}'],
  [{ kind: 'count', who: 'b', counter: 'received', n: 1 }, undefined],
  [{ kind: 'depth', who: 'b', records: 1, bytes: 1 }, undefined],
])('%j', (fact, line) => expect(said(fact)).toEqual(line === undefined ? [] : [line]));

test('a failed connection is one line, and one that fails again for the same reason is folded', () => {
  const failed = (attempt: number): Fact => state('reconnecting', { why: 'lost', attempt, retryInMs: attempt * 10 });
  expect(said(failed(1), failed(2), failed(3))).toEqual(['WARN  [tb] reconnecting: lost {"attempt":1,"retryInMs":10}']);
});

test('refused credentials are an error, with the wait', () => {
  const refused = state('refused', { why: 'bad token', code: 'CREDENTIALS_REFUSED', attempt: 1, retryInMs: 60_000 });
  expect(said(refused)).toEqual([
    'ERROR [tb] refused: bad token {"code":"CREDENTIALS_REFUSED","attempt":1,"retryInMs":60000}',
  ]);
});

describe('trouble that an alert repeats', () => {
  const alert = (text: string, who = 'tb'): Fact => ({ kind: 'alert', who, code: 'CONFIG_INVALID', text });

  test('is said once', () => {
    expect(said(state('disabled', { why: 'bad' }), alert('bad'))).toEqual(['ERROR [tb] disabled: bad']);
  });

  test('is said again if it is other trouble, of another component, or later', () => {
    const lines = said(
      state('refused', { why: 'bad' }),
      alert('worse'),
      alert('bad', 'x'),
      state('connected'),
      alert('bad'),
    );
    expect(lines).toEqual([
      'ERROR [tb] refused: bad',
      'ERROR [tb] worse {"code":"CONFIG_INVALID"}',
      'ERROR [x] bad {"code":"CONFIG_INVALID"}',
      'INFO  [tb] connected',
      'ERROR [tb] bad {"code":"CONFIG_INVALID"}',
    ]);
  });

  test('lists many lines beside the first', () => {
    const lines = said(state('disabled', { why: '2 mistakes:\n  a: b\n  c: d' }), alert('2 mistakes:\n  a: b\n  c: d'));
    expect(lines.join('\n')).toMatch(/^ERROR \[tb\] disabled: 2 mistakes:[^]*a: b[^]*c: d[^]*$/);
    expect(lines).toHaveLength(1);
    expect(lines.join('\n')).not.toContain('u000a');
  });
});

test('what was said since the last connection is not said again, until it is connected again', () => {
  const phases = ['connecting', 'polling', 'connecting', 'polling', 'connected', 'polling'] as const;
  expect(said(...phases.map((phase) => state(phase))).map((line) => line.split(' ').at(-1))).toEqual([
    'connecting',
    'polling',
    'connected',
    'polling',
  ]);
});

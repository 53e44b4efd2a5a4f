import { expect, test } from 'vitest';
import { createLog } from '../../src/log.js';
import { logFact } from '../../src/log/log-fact.js';
import type { Fact } from '../../src/model/fact.js';

test.each<[Fact, string | undefined]>([
  [{ kind: 'state', who: 'Broker', phase: 'connected' }, 'INFO  [Broker] connected'],
  [{ kind: 'state', who: 'tb', phase: 'reconnecting', why: 'lost' }, 'INFO  [tb] reconnecting {"why":"lost"}'],
  [{ kind: 'state', who: 'tb', phase: 'refused' }, 'WARN  [tb] refused'],
  [{ kind: 'state', who: 'b', phase: 'disabled', why: 'bad' }, 'WARN  [b] disabled {"why":"bad"}'],
  [{ kind: 'alert', who: 'b', code: 'STORAGE_FULL', text: 'full' }, 'ERROR [b] full {"code":"STORAGE_FULL"}'],
  [{ kind: 'alert', who: 'b', code: 'BROKER_UNREACHABLE', text: 't' }, 'WARN  [b] t {"code":"BROKER_UNREACHABLE"}'],
  [{ kind: 'count', who: 'b', counter: 'received', n: 1 }, undefined],
  [{ kind: 'depth', who: 'b', records: 1, bytes: 1 }, undefined],
])('%j', (fact, line) => {
  const lines: string[] = [];
  logFact(createLog({ write: (text) => lines.push(text.slice(25)) }))(fact);
  expect(lines).toEqual(line === undefined ? [] : [line]);
});

test('what was said since the last connection is not said again, until it is connected again', () => {
  const lines: string[] = [];
  const say = logFact(createLog({ write: (text) => lines.push(text.slice(25)) }));
  const state = (phase: 'connecting' | 'connected' | 'reconnecting'): Fact => ({ kind: 'state', who: 'tb', phase });
  (['connecting', 'reconnecting', 'connecting', 'reconnecting', 'connected', 'reconnecting'] as const).forEach(
    (phase) => say(state(phase)),
  );
  expect(lines.map((line) => line.split(' ').at(-1))).toEqual([
    'connecting',
    'reconnecting',
    'connected',
    'reconnecting',
  ]);
});

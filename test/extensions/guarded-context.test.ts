import { expect, it } from 'vitest';
import { guardedContext } from '../../src/extensions/guarded-context.js';
import type { Context, Exchanged } from '../../src/model/component.js';
import type { Fact } from '../../src/model/fact.js';

const nothing = (): void => undefined;
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** What is heard of what a connector says, whatever its types are. */
const heard = (...said: readonly unknown[]): readonly Fact[] => {
  const facts: Fact[] = [];
  const { fact } = guardedContext({ name: 'Own', folder: '/', log, fact: (it) => void facts.push(it) });
  for (const one of said) fact(one as Fact);
  return facts;
};

it('says facts in the connector’s own name, with what the types allow', () => {
  expect(
    heard(
      { kind: 'state', who: 'Other', phase: 'reconnecting', why: 'gone', attempt: 1, retryInMs: 5, more: 1 },
      { kind: 'count', who: 'Other', counter: 'failed', n: 2 },
      { kind: 'alert', who: 'Other', code: 'BROKER_UNREACHABLE', text: 'gone' },
    ),
  ).toEqual([
    { kind: 'state', who: 'Own', phase: 'reconnecting', why: 'gone', attempt: 1, retryInMs: 5 },
    { kind: 'count', who: 'Own', counter: 'failed', n: 2 },
    { kind: 'alert', who: 'Own', code: 'BROKER_UNREACHABLE', text: 'gone' },
  ]);
});

it.each<readonly [string, unknown]>([
  ['a phase that is none', { kind: 'state', phase: 'constructor' }],
  ['a counter that is none', { kind: 'count', counter: '__proto__', n: 1 }],
  ['what the storage counts: it has to balance', { kind: 'count', counter: 'delivered', n: 1 }],
  ['what was dropped, likewise', { kind: 'count', counter: 'dropped.oldest', n: 1 }],
  ['less than nothing', { kind: 'count', counter: 'failed', n: -1 }],
  ['the depth of the storage', { kind: 'depth', records: 5, bytes: 5 }],
  ['an alert without a text', { kind: 'alert', code: 'CONFIG_INVALID' }],
  ['nothing', null],
])('does not say %s', (_, said) => expect(heard(said)).toEqual([]));

it('leaves out what is of another type than it has to be', () => {
  expect(heard({ kind: 'state', phase: 'disabled', why: {}, code: 5, attempt: 'x', retryInMs: NaN })).toEqual([
    { kind: 'state', who: 'Own', phase: 'disabled' },
  ]);
  expect(heard({ kind: 'alert', code: 'MY_OWN', text: 'dry' })).toEqual([
    { kind: 'alert', who: 'Own', code: 'EXTENSION_FAILED', text: 'dry' },
  ]);
});

it('says a phase once, and after `disabled` only a new start', () => {
  const phase = (name: string) => ({ kind: 'state', phase: name });
  const said = heard(...['connecting', 'connected', 'connected', 'disabled', 'connected', 'connecting'].map(phase));
  expect(said.map((fact) => fact.kind === 'state' && fact.phase)).toEqual([
    'connecting',
    'connected',
    'disabled',
    'connecting',
  ]);
});

it('asks functions of the connector’s so that they cannot hurt whoever asks', () => {
  let read: () => Exchanged = () => ({ received: 9, receivedBytes: 9, sent: 9, sentBytes: 9 });
  let keysOf: (device: string) => readonly string[] = () => ['untouched'];
  const hurt = (): never => {
    throw new Error('no');
  };
  const context: Context = guardedContext({
    name: 'Own',
    folder: '/',
    log,
    fact: nothing,
    meter: (it) => (read = it),
    wants: (it) => (keysOf = it),
  });
  context.meter?.(hurt);
  context.wants?.(hurt);
  expect(read()).toEqual({ received: 0, receivedBytes: 0, sent: 0, sentBytes: 0 });
  expect(keysOf('d')).toEqual([]);
});

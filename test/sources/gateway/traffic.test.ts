import { from, NEVER, of } from 'rxjs';
import { expect, test } from 'vitest';
import { envelope } from '../../../src/model/envelope.js';
import type { Message } from '../../../src/model/message.js';
import { meter } from '../../../src/operators/meter.js';
import { traffic } from '../../../src/sources/gateway/traffic.js';

const sent = (connector: string, values = 1, attributes = 0): Message => ({
  kind: 'data',
  device: 'd',
  connector,
  profile: 'p',
  telemetry: [{ ts: 1, values: Object.fromEntries(Array.from({ length: values }, (_, i) => [`k${i}`, i])) }],
  attributes: Object.fromEntries(Array.from({ length: attributes }, (_, i) => [`a${i}`, i])),
});
const nothing = { received: 0, receivedBytes: 0, sent: 0, sentBytes: 0 };
const enclosed = (message: Message) =>
  envelope(
    message,
    () => undefined,
    () => undefined,
  );

test('messages are counted by connector before the storage, and points behind it', () => {
  const made = traffic(new Set(['statistics']));
  const reply: Message = { kind: 'reply', id: 1, content: {} };
  from([sent('a'), sent('a'), sent('b'), sent('statistics'), reply].map(enclosed))
    .pipe(made.arriving)
    .subscribe();
  from([sent('a', 3, 2), sent('statistics', 1), reply].map(enclosed))
    .pipe(made.leaving)
    .subscribe();
  made
    .around(() => of({ kind: 'rpc', id: 1, method: 'm', params: null }))(NEVER)
    .subscribe();
  expect(made.totals()).toEqual({
    delivered: 0,
    pulled: 2,
    telemetry: 4,
    attributes: 2,
    commands: 1,
    connectors: new Map([
      ['a', { pushed: 2, failures: 0, unconverted: 0, ...nothing }],
      ['b', { pushed: 1, failures: 0, unconverted: 0, ...nothing }],
    ]),
  });
});

test('what is said counts too, and totals that were read do not change', () => {
  const made = traffic(new Set(['storage']));
  const before = made.totals();
  made.hear({ kind: 'count', who: 'storage', counter: 'delivered', n: 5 });
  made.hear({ kind: 'count', who: 'a', counter: 'failed', n: 2 });
  made.hear({ kind: 'state', who: 'a', phase: 'disconnected', code: 'BROKER_UNREACHABLE' });
  made.hear({ kind: 'state', who: 'a', phase: 'reconnecting', code: 'BROKER_UNREACHABLE' });
  made.hear({ kind: 'state', who: 'a', phase: 'connected' });
  expect(made.totals()).toMatchObject({
    delivered: 5,
    connectors: new Map([['a', { pushed: 0, failures: 1, unconverted: 2 }]]),
  });
  expect(before.connectors.size).toBe(0);
});

test('what a connector has exchanged is read when it is asked for, and goes on where a connector was opened anew', () => {
  const made = traffic(new Set());
  const exchanged = () => {
    const { received, receivedBytes, sent, sentBytes } = made.totals().connectors.get('a')!;
    return [received, receivedBytes, sent, sentBytes];
  };
  const first = meter();
  made.meter('a', first.read);
  first.took(10);
  first.took(5);
  first.gave(7);
  const before = made.totals();
  expect(exchanged()).toEqual([2, 15, 1, 7]);
  const second = meter();
  made.meter('a', second.read);
  // The one before has no say any more.
  first.took(1_000);
  second.took(1);
  expect(exchanged()).toEqual([3, 16, 1, 7]);
  expect(before.connectors.get('a')).toMatchObject({ received: 2, receivedBytes: 15 });
});

test('of a connector that polls, its polls go on where it was opened anew', () => {
  const made = traffic(new Set());
  const polls = { polls: 3, pollsSkipped: 1, pollsLateMs: 9 };
  made.meter('a', () => ({ ...nothing, ...polls }));
  made.meter('a', () => ({ ...nothing, polls: 1, pollsSkipped: 0, pollsLateMs: 2 }));
  made.meter('b', () => nothing);
  const { connectors } = made.totals();
  expect(connectors.get('a')).toMatchObject({ polls: 4, pollsSkipped: 1, pollsLateMs: 11 });
  expect(connectors.get('b')).not.toHaveProperty('polls');
});

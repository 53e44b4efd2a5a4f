import { NEVER } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import { Refused, Unavailable } from '../../../src/model/errors.js';
import type { Envelope } from '../../../src/model/envelope.js';
import type { Fact, Phase } from '../../../src/model/fact.js';
import type { Message } from '../../../src/model/message.js';
import { health } from '../../../src/sources/gateway/health.js';

const state = (phase: Phase, who = 'mqtt'): Fact => ({ kind: 'state', who, phase });
const failure = (who = 'mqtt'): Fact =>
  ({ ...state('reconnecting', who), why: 'lost', code: 'BROKER_UNREACHABLE' }) as Fact;
const alert = (text = 'failed 10 times', who = 'mqtt'): Fact => ({
  kind: 'alert',
  who,
  code: 'BROKER_UNREACHABLE',
  text,
});
const failed = (n: number, who = 'mqtt'): Fact => ({ kind: 'count', who, counter: 'failed', n });

interface Said {
  readonly at: number;
  readonly attributes: unknown;
  readonly telemetry: unknown;
}

/** What is said when these facts happen at these virtual ms. Ends after two hours, with the time of the last timer. */
const run = (
  facts: readonly (readonly [number, Fact])[],
  settle: (envelope: Envelope<Message>, n: number) => void = ({ ack }) => ack(),
) => {
  const scheduler = new TestScheduler(() => undefined);
  const said: Said[] = [];
  let last = 0;
  scheduler.run(() => {
    const made = health({ apart: new Set(['thingsboard', 'storage']), first: { cpuCount: 4 }, scheduler });
    const exact = scheduler.schedule.bind(scheduler);
    for (const [at, fact] of facts) exact(() => made.hear(fact), at);
    scheduler.schedule = (work, delay = 0, more) => {
      last = Math.max(last, scheduler.now() + delay);
      return exact(work, delay, more as never);
    };
    const subscription = made.source(NEVER).subscribe((envelope) => {
      const { value } = envelope;
      if (value.kind !== 'data') throw new Error(value.kind);
      said.push({ at: scheduler.now(), attributes: value.attributes, telemetry: value.telemetry[0]?.values ?? {} });
      settle(envelope, said.length);
    });
    exact(() => subscription.unsubscribe(), 7_200_000);
  });
  return { said, last };
};

test('the states of a connector, the latest at most every five seconds', () => {
  const { said } = run([
    [0, state('initialized')],
    [1, state('connecting')],
    [2, state('connected')],
    [7_000, state('disconnected')],
    [7_001, state('connected')],
    [20_000, state('polling')],
  ]);
  expect(said).toEqual([
    { at: 5_000, attributes: { cpuCount: 4, mqtt_STATE: 'connected', mqtt_ALERT: '' }, telemetry: {} },
    { at: 25_000, attributes: { mqtt_STATE: 'polling' }, telemetry: {} },
  ]);
});

test('an alert stays until the connector is connected again, and a repeated one is none', () => {
  const { said } = run([
    [12_000, alert()],
    [30_000, alert('failed 12 times')],
    [60_000, state('connected')],
  ]);
  expect(said.slice(0, 3).map(({ at, attributes }) => [at, attributes])).toEqual([
    [5_000, { cpuCount: 4 }],
    [17_000, { mqtt_ALERT: 'BROKER_UNREACHABLE: failed 10 times' }],
    [65_000, { mqtt_STATE: 'connected', mqtt_ALERT: '' }],
  ]);
});

test('an alert ends with its connector, if that ends in order', () => {
  const { said } = run([
    [12_000, alert()],
    [20_000, { ...state('disconnected'), code: 'BROKER_UNREACHABLE' } as Fact],
    [40_000, state('disconnected')],
  ]);
  expect(said.map(({ at, attributes }) => [at, attributes])).toEqual([
    [5_000, { cpuCount: 4 }],
    [17_000, { mqtt_ALERT: 'BROKER_UNREACHABLE: failed 10 times' }],
    [22_000, { mqtt_STATE: 'disconnected' }],
    [45_000, { mqtt_ALERT: '' }],
    [77_000, {}],
  ]);
});

test('errors are counted by component and together, and from nought a minute after the first', () => {
  const { said } = run([
    [12_000, failed(2)],
    [13_000, failed(1, 'opcua')],
    [40_000, failure()],
    [100_000, failed(5)],
  ]);
  expect(said.slice(1).map(({ at, telemetry }) => [at, telemetry])).toEqual([
    [17_000, { mqtt_ERRORS_COUNT: 2, opcua_ERRORS_COUNT: 1, ALL_ERRORS_COUNT: 3 }],
    [45_000, { mqtt_ERRORS_COUNT: 3, ALL_ERRORS_COUNT: 4 }],
    [77_000, { mqtt_ERRORS_COUNT: 0, opcua_ERRORS_COUNT: 0, ALL_ERRORS_COUNT: 0 }],
    [105_000, { mqtt_ERRORS_COUNT: 5, ALL_ERRORS_COUNT: 5 }],
    [165_000, { mqtt_ERRORS_COUNT: 0, ALL_ERRORS_COUNT: 0 }],
  ]);
});

test('an outage of the platform says nothing again and again, for it would only fill the storage', () => {
  const { said } = run(Array.from({ length: 100 }, (_, i) => [i * 15_000, failure('thingsboard')] as const));
  expect(said).toHaveLength(1);
});

test('what could not be stored is said again; what never can be is let go', () => {
  const changes = [
    [10_000, state('connecting')],
    [20_000, state('connected')],
    [40_000, state('disconnected')],
  ] as const;
  const { said } = run(changes, ({ ack, nack }, n) => {
    if (n === 1) nack(new Unavailable('STORAGE_FULL', 'full'));
    else if (n === 3) nack(new Refused('MESSAGE_TOO_LARGE', 'large'));
    else ack();
  });
  expect(said.map(({ at, attributes }) => [at, attributes])).toEqual([
    [5_000, { cpuCount: 4 }],
    [10_000, { cpuCount: 4, mqtt_STATE: 'connecting' }],
    [25_000, { mqtt_STATE: 'connected', mqtt_ALERT: '' }],
    [45_000, { mqtt_STATE: 'disconnected' }],
  ]);
});

test('while one is unsettled there is no other', () => {
  const held: Envelope<Message>[] = [];
  const { said } = run(
    [
      [10_000, state('connecting')],
      [20_000, state('connected')],
    ],
    (envelope) => held.push(envelope),
  );
  expect(said).toHaveLength(1);
});

test('no timer runs while nothing changes', () => {
  const { last } = run([[10_000, failed(1)]]);
  expect(last).toBeLessThanOrEqual(10_000 + 60_000 + 2 * 5_000);
});

test('an alert of what was said as a state already is no second error', () => {
  const refused: Fact = { kind: 'alert', who: 'mqtt', code: 'SUBSCRIPTION_REFUSED', text: 'a topic' };
  const full: Fact = { kind: 'alert', who: 'storage', code: 'STORAGE_FULL', text: 'full' };
  const { said } = run([
    [12_000, failure()],
    [12_001, alert()],
    [12_002, refused],
    [12_003, full],
  ]);
  expect(said[1]?.telemetry).toEqual({ mqtt_ERRORS_COUNT: 2, storage_ERRORS_COUNT: 1, ALL_ERRORS_COUNT: 3 });
});

import { concat, defer, EMPTY, ignoreElements, map, of, take, takeUntil, tap, throwError, type Observable } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/model/decode.js';
import { envelope, type Envelope } from '../../../src/model/envelope.js';
import { ConnectionError, FatalError, Refused, Unavailable } from '../../../src/model/errors.js';
import type { Fact } from '../../../src/model/fact.js';
import type { Message } from '../../../src/model/message.js';
import type { Command } from '../../../src/model/command.js';
import type { ClientOptions, Received } from '../../../src/sources/mqtt/client.js';
import { mqttConfig } from '../../../src/sources/mqtt/config.js';
import { intake, type Halves } from '../../../src/sources/mqtt/intake.js';
import type { Link } from '../../../src/sources/mqtt/connection/link.js';
import type { Subscribed } from '../../../src/sources/mqtt/connection/subscriptions.js';

const lost = new ConnectionError('BROKER_UNREACHABLE', 'lost');

const link: Link = { publish: () => EMPTY, call: () => EMPTY };

const deviceInfo = { deviceNameExpressionSource: 'constant', deviceNameExpression: 'd' };

const config = (subscriptionQos = 1, broker: object = {}, converter: object = { type: 'json', deviceInfo }) => {
  const decoded = decode(mqttConfig, {
    broker: { host: 'broker.example', security: { type: 'anonymous' }, ...broker },
    mapping: ['a', 'b'].map((topicFilter) => ({ topicFilter, subscriptionQos, converter })),
  });
  if (decoded.value === undefined) throw new Error(JSON.stringify(decoded.problems));
  return decoded.value;
};

/** "ab" is a message for two devices, "!" cannot be read, "?" only in part. */
const uplink: Halves['uplink'] = (_config, onFailure) => (raw) => {
  const text = raw.payload.toString();
  if (text.includes('?')) onFailure(new Error('unreadable in part'));
  if (text === '!') throw new Error('unreadable');
  return Array.from(text, (device) => ({
    device,
    profile: 'default',
    telemetry: [{ values: { v: 1 } }],
    attributes: {},
  }));
};

/** A message as it comes from the wire, entered in the account as the client does. */
const received = (text: string, qos: 0 | 1, { unsettled }: ClientOptions, journal: string[]): Envelope<Received> => {
  unsettled.enter(qos, text.length);
  const settled = (how: string) => (): void => {
    unsettled.leave(qos, text.length);
    journal.push(`${text} ${how}`);
  };
  return envelope({ topic: 'a', payload: Buffer.from(text), retained: false, qos }, settled('acked'), (why) =>
    settled(why.name)(),
  );
};

interface Scene {
  /** What the n-th connection brings: a text of devices a value. */
  readonly connection: (helpers: RunHelpers, n: number, options: ClientOptions) => Observable<string>;
  /** The devices of what comes out. Absent: only `out` tells. */
  readonly result?: string;
  readonly commands?: string;
  /** Acknowledges all that has come out by then. */
  readonly acks?: string;
  readonly until?: string;
  readonly qos?: 0 | 1;
  readonly subscriptionQos?: 0 | 1 | 2;
  readonly broker?: object;
  readonly converter?: object;
  /** With the source's own backoff instead of 5 ms. */
  readonly patient?: boolean;
}

const run = ({
  connection,
  result,
  commands = '-',
  acks = '-',
  until,
  qos = 1,
  subscriptionQos,
  broker,
  converter,
  patient = false,
}: Scene) => {
  const seen = {
    journal: [] as string[],
    facts: [] as string[],
    logged: [] as string[],
    out: [] as Envelope<Message>[],
    asked: [] as (readonly Subscribed[])[],
    commandsSubscribed: 0,
  };
  const told = (fact: Fact): string => {
    if (fact.kind === 'state') return fact.phase;
    if (fact.kind === 'count') return `${fact.counter} +${fact.n}`;
    return fact.kind === 'alert' ? `alert ${fact.code}: ${fact.text}` : fact.kind;
  };
  const note = (text: string): void => void seen.logged.push(text);
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => {
    let n = 0;
    const connect: Halves['connect'] = (_broker, subscribed, options) => {
      seen.asked.push(subscribed);
      return connection(helpers, n++, options).pipe(map((text) => received(text, qos, options, seen.journal)));
    };
    const context = {
      name: 'mqtt',
      folder: '.',
      fact: (fact: Fact) => void seen.facts.push(told(fact)),
      log: { debug: note, info: note, warn: note, error: note },
    };
    const source = intake({ connect, uplink })(config(subscriptionQos, broker, converter), context, {
      scheduler,
      ...(patient ? {} : { backoff: () => 5 }),
    });
    const all = helpers.hot<Command>(commands);
    const hot = defer(() => ((seen.commandsSubscribed += 1), all));
    const output = source(hot).pipe(
      tap((message) => seen.out.push(message)),
      map(({ value }) => ('device' in value ? value.device : undefined)),
    );
    helpers.expectObservable(helpers.hot(acks).pipe(tap(() => seen.out.forEach(({ ack }) => ack())))).toBe(acks);
    if (result === undefined) helpers.expectObservable(output.pipe(ignoreElements()), until).toBe('-');
    else helpers.expectObservable(output, until).toBe(result);
  });
  return seen;
};

const burst = (n: number): Observable<string> => of(...Array.from({ length: n }, () => 'a'));

describe('the MQTT source', () => {
  it('subscribes the filters of the mappings, and says when it is connected', () => {
    const seen = run({
      connection: ({ cold }, _n, { onConnected }) => defer(() => (onConnected(true, link), cold('--|'))),
      result: '--|',
    });
    expect(seen.asked).toEqual([
      [
        { topicFilter: 'a', qos: 1 },
        { topicFilter: 'b', qos: 1 },
      ],
    ]);
    expect(seen.facts).toEqual(['connecting', 'connected', 'disconnected']);
    expect(seen.logged).toEqual([]);
  });

  it('makes data of each message, stamped by the scheduler, and acknowledges it when all of it is', () => {
    const seen = run({
      connection: ({ cold }) => cold('-x---a', { x: 'ab', a: 'a' }),
      result: '-(ab)a',
      until: '9ms !',
    });
    expect(seen.out.map(({ value }) => value)).toMatchObject([
      { kind: 'data', device: 'a', telemetry: [{ ts: 1, values: { v: 1 } }] },
      { kind: 'data', device: 'b', telemetry: [{ ts: 1, values: { v: 1 } }] },
      { kind: 'data', device: 'a', telemetry: [{ ts: 5, values: { v: 1 } }] },
    ]);
    seen.out[0]!.ack();
    expect(seen.journal).toEqual([]);
    seen.out[1]!.ack();
    expect(seen.journal).toEqual(['ab acked']);
  });

  it('acknowledges and counts a message that cannot be converted, and converts the next one', () => {
    const seen = run({ connection: ({ cold }) => cold('-x-a', { x: '!', a: 'a' }), result: '---a', until: '9ms !' });
    expect(seen.journal).toEqual(['! acked']);
    expect(seen.facts).toContain('failed +1');
    expect(seen.logged).toEqual(['a message could not be converted']);
  });

  it('counts a message that could be converted in part, and goes on with the part', () => {
    const seen = run({ connection: ({ cold }) => cold('-x', { x: '?' }), result: '-?', until: '9ms !' });
    expect(seen.facts).toContain('failed +1');
  });

  it('does not subscribe a mapping that it cannot convert, and says so', () => {
    const seen = run({ connection: ({ cold }) => cold('-|'), result: '-|', converter: { type: 'custom' } });
    expect(seen.asked).toEqual([[]]);
    expect(seen.logged).toEqual(['a mapping is not used', 'a mapping is not used']);
  });

  it('connects again after a loss, with the same account', () => {
    const accounts = new Set<unknown>();
    const seen = run({
      connection: ({ cold }, n, { unsettled }) => {
        accounts.add(unsettled);
        return n === 0 ? cold('-a#', undefined, lost) : cold('-b');
      },
      result: '-a 6ms b',
      until: '20ms !',
    });
    expect(seen.facts).toEqual(['connecting', 'reconnecting']);
    expect(accounts.size).toBe(1);
  });

  it('is disabled by what trying again cannot help', () =>
    expect(
      run({
        connection: ({ cold }) => cold('-#', undefined, new FatalError('CONFIG_INVALID', 'cannot read ca.pem')),
        result: '-|',
      }).facts,
    ).toEqual(['connecting', 'disabled', 'alert CONFIG_INVALID: cannot read ca.pem']));

  it('refuses QoS 0 messages beyond 1000 unsettled, over all connections, and counts them', () => {
    const seen = run({
      connection: ({ cold }, n) => concat(burst(600), n === 0 ? cold('#', undefined, lost) : cold('-')),
      qos: 0,
      until: '20ms !',
    });
    expect(seen.out.length).toBe(1000);
    expect(seen.facts.filter((fact) => fact === 'shed +1').length).toBe(200);
    expect(seen.journal).toEqual(Array.from({ length: 200 }, () => 'a Refused'));
  });

  it('passes QoS 1 messages however many are unsettled: the client bounds them', () =>
    expect(run({ connection: ({ cold }) => concat(burst(1500), cold('-')), until: '20ms !' }).out.length).toBe(1500));

  it('asks the connection to stop when its commands complete, and completes when all is settled', () => {
    const seen = run({
      connection: ({ cold }, _n, { stop, unsettled }) =>
        concat(cold('-a-b-c-d').pipe(takeUntil(stop)), unsettled.drained),
      result: '  -a-b----|',
      commands: '----|',
      acks: '    --------x',
    });
    expect(seen.journal).toEqual(['a acked', 'b acked']);
  });

  it('waits for what a lost connection left unsettled before it completes', () => {
    const seen = run({
      connection: ({ cold }) => cold('-a#', undefined, lost),
      result: '  -a------|',
      commands: '----|',
      acks: '    --------x',
    });
    expect(seen.facts).toEqual(['connecting', 'reconnecting', 'disconnected']);
  });

  it('tells a connection that is made later that it was asked to stop', () => {
    const told: string[] = [];
    const seen = run({
      connection: ({ cold }, _n, { stop }) =>
        concat(
          cold('--|'),
          defer(() =>
            stop.pipe(
              tap(() => told.push('stop')),
              take(1),
              ignoreElements(),
            ),
          ),
        ),
      result: '--|',
      commands: '-|',
    });
    expect(told).toEqual(['stop']);
    expect(seen.commandsSubscribed).toBe(1);
  });

  it('says when a message was refused; whoever refused it counts it', () => {
    const seen = run({
      connection: ({ cold }, _n, { onRefused }) =>
        defer(() => (onRefused(new Refused('MESSAGE_TOO_LARGE', 'too large')), cold('-|'))),
      result: '-|',
    });
    expect(seen.logged).toEqual(['a message was refused']);
    expect(seen.facts).toEqual(['connecting', 'disconnected']);
  });

  it('counts what comes back for now and is not sent again', () => {
    const seen = run({
      connection: ({ cold }, _n, { onRefused }) =>
        defer(() => (onRefused(new Unavailable('STORAGE_FULL', 'not now')), cold('-|'))),
      result: '-|',
    });
    expect(seen.facts).toEqual(['connecting', 'shed +1', 'disconnected']);
  });

  it('alerts when the broker refuses a filter', () => {
    const seen = run({
      connection: ({ cold }, _n, { onFilterRefused }) =>
        defer(() => (onFilterRefused('a/#', 'Not authorized'), cold('-|'))),
      result: '-|',
    });
    expect(seen.facts).toContain('alert SUBSCRIPTION_REFUSED: a/#: Not authorized');
    expect(seen.logged).toContain('a topic filter was refused');
  });

  it('subscribes QoS 2 at 1, and warns once', () => {
    const seen = run({ connection: ({ cold }) => cold('-|'), result: '-|', subscriptionQos: 2 });
    expect(seen.asked[0]).toContainEqual({ topicFilter: 'a', qos: 1 });
    expect(seen.logged.length).toBe(1);
  });

  it('warns of a session that its settings cannot keep', () => {
    const warnings = (broker: object) => run({ connection: ({ cold }) => cold('-|'), result: '-|', broker }).logged;
    expect(warnings({ version: 4, cleanSession: false })).toEqual([expect.stringContaining('without a clientId')]);
    expect(warnings({ version: 4, cleanSession: false, clientId: 'gateway' })).toEqual([]);
  });

  it('warns when the broker granted a lower quality of service', () =>
    expect(
      run({
        connection: ({ cold }, _n, { onQosLowered }) => defer(() => (onQosLowered('a', 0), cold('-|'))),
        result: '-|',
      }).logged,
    ).toEqual([expect.stringContaining('lower quality of service')]));

  it('warns when a session that was to be kept is lost, and not at the first connection', () => {
    const lostSessions = (broker: object, resumed: boolean) =>
      run({
        connection: ({ cold }, n, { onConnected }) =>
          defer(() => (onConnected(n > 0 && resumed, link), n === 0 ? cold('-#', undefined, lost) : cold('-|'))),
        result: '7ms |',
        broker,
      }).logged.filter((text) => text.includes('lost the session')).length;
    const persistent = { clientId: 'gateway', cleanStart: false, sessionExpiryInterval: 60 };
    expect(lostSessions(persistent, false)).toBe(1);
    expect(lostSessions(persistent, true)).toBe(0);
    expect(lostSessions({}, false)).toBe(0);
  });

  it('is not disabled by a certificate that cannot be read at a reconnect', () => {
    const unreadable = new FatalError('CONFIG_INVALID', 'cannot read ca.pem');
    const seen = run({
      connection: ({ cold }, n, { onConnected }) => {
        if (n === 1) return throwError(() => unreadable);
        return defer(() => (onConnected(true, link), n === 0 ? cold('-#', undefined, lost) : cold('-a-|')));
      },
      result: '12ms a-|',
      acks: '13ms x',
    });
    expect(seen.facts).toEqual([
      'connecting',
      'connected',
      'disconnected',
      'reconnecting',
      'reconnecting',
      'connected',
      'disconnected',
    ]);
  });

  it('says when the broker refuses the credentials, and tries again a minute later at the earliest', () => {
    const times: number[] = [];
    const refused = new ConnectionError('CREDENTIALS_REFUSED', 'the broker refused the credentials');
    const seen = run({
      connection: ({ cold }, n) =>
        defer(() => {
          times.push(n);
          return cold('-#', undefined, refused);
        }),
      patient: true,
      until: '60s !',
    });
    expect(times).toEqual([0]);
    expect(seen.facts).toEqual([
      'connecting',
      'refused',
      'alert CREDENTIALS_REFUSED: the broker refused the credentials',
    ]);
    run({
      connection: ({ cold }, n) => defer(() => (times.push(n), cold('-#', undefined, refused))),
      patient: true,
      until: '125s !',
    });
    expect(times.length).toBeGreaterThan(2);
  });

  it('counts what a payload became: each message, and what it weighs in memory', () => {
    const fullAfter = (text: string, broker: object) => {
      let account: ClientOptions['unsettled'] | undefined;
      const full: boolean[] = [];
      const seen = run({
        connection: ({ cold }, _n, { unsettled }) => {
          account = unsettled;
          return cold('x', { x: text });
        },
        until: '9ms !',
        broker,
      });
      full.push(account!.full());
      seen.out.slice(1).forEach(({ ack }) => ack());
      full.push(account!.full());
      seen.out.forEach(({ ack }) => ack());
      full.push(account!.full());
      return full;
    };
    expect(fullAfter('abc', { maxUnacknowledgedMessages: 3 })).toEqual([true, false, false]);
    expect(fullAfter('abc', { maxUnacknowledgedMessages: 4 })).toEqual([false, false, false]);
    expect(fullAfter('a', { maxUnacknowledgedMessages: 1 })).toEqual([true, true, false]);
    expect(fullAfter('abc', { maxUnacknowledgedBytes: 3 + 3 * 2176 })).toEqual([true, false, false]);
    expect(fullAfter('abc', { maxUnacknowledgedBytes: 4 + 3 * 2176 })).toEqual([false, false, false]);
  });

  it('converts no payload beyond maxPayloadBytes: acknowledges, logs and counts it', () => {
    const seen = run({
      connection: ({ cold }) => cold('-x-a', { x: 'abc', a: 'ab' }),
      result: '---(ab)',
      broker: { maxPayloadBytes: 2 },
      until: '9ms !',
    });
    expect(seen.journal).toEqual(['abc acked']);
    expect(seen.facts).toContain('failed +1');
    expect(seen.logged).toEqual(['a message could not be converted']);
  });
});

import { EMPTY, NEVER, Observable, Subject, concat, of, throwError } from 'rxjs';
import type { Observer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { accuse } from '../../src/extensions/blame.js';
import { contained } from '../../src/extensions/contained.js';
import type { Command } from '../../src/model/command.js';
import { envelope } from '../../src/model/envelope.js';
import { ConnectionError, FatalError, Refused } from '../../src/model/errors.js';
import type { Fact } from '../../src/model/fact.js';
import type { Message } from '../../src/model/message.js';

const nothing = (): void => undefined;

/** Runs a user's source in virtual time, 1 s of backoff; what came out, what was said, and how it ended. */
const run = (source: (commands: Observable<Command>) => unknown, forMs = 100) => {
  const facts: Fact[] = [];
  const lines: string[] = [];
  const messages: Message[] = [];
  const seen = { facts, lines, messages, ended: 'no' };
  const scheduler = new TestScheduler(nothing);
  const log = {
    debug: nothing,
    info: nothing,
    warn: (text: string) => lines.push(text),
    error: (text: string) => lines.push(text),
  };
  const observer: Partial<Observer<{ readonly value: Message; readonly ack: () => void }>> = {
    next: ({ value, ack }) => {
      messages.push(value);
      ack();
    },
    error: (error: unknown) => (seen.ended = `error: ${String(error)}`),
    complete: () => (seen.ended = 'completed'),
  };
  scheduler.run(({ cold }) => {
    const commands = new Subject<Command>();
    const context = { name: 'Own', log, fact: (fact: Fact) => void facts.push(fact) };
    const one = contained(source, { own: '/own', context, backoff: () => 1_000, scheduler })(commands).subscribe(
      observer,
    );
    cold(`${forMs}ms x`).subscribe(() => one.unsubscribe());
  });
  return seen;
};

const phases = (facts: readonly Fact[]): readonly string[] =>
  facts.flatMap((fact) => (fact.kind === 'state' ? [fact.phase] : []));
const counted = (facts: readonly Fact[]): readonly string[] =>
  facts.flatMap((fact) => (fact.kind === 'count' ? [fact.counter] : []));
const point = { deviceName: 'D', telemetry: { a: 1 } };
const data = (ts: number, values: object) => ({
  kind: 'data',
  device: 'D',
  profile: 'default',
  telemetry: [{ ts, values }],
  attributes: {},
});

describe('what a user’s source may emit', () => {
  it.each<readonly [string, unknown, readonly unknown[]]>([
    ['a device, flat', point, [data(1, { a: 1 })]],
    ['a device with its time', { deviceName: 'D', telemetry: { ts: 5, values: { a: 1 } } }, [data(5, { a: 1 })]],
    [
      'a list of entries',
      {
        deviceName: 'D',
        telemetry: [
          { ts: 5, values: { a: 1 } },
          { ts: 6, values: { a: 2 } },
        ],
      },
      [
        {
          ...data(0, {}),
          telemetry: [
            { ts: 5, values: { a: 1 } },
            { ts: 6, values: { a: 2 } },
          ],
        },
      ],
    ],
    [
      'several devices',
      [point, { ...point, deviceName: 'E' }],
      [data(1, { a: 1 }), { ...data(1, { a: 1 }), device: 'E' }],
    ],
    ['a message of ours', data(7, { a: 1 }), [data(7, { a: 1 })]],
    [
      'one with a report strategy',
      { ...data(7, { a: 1 }), report: { device: { type: 'on_change' } } },
      [{ ...data(7, { a: 1 }), report: { device: { type: 'ON_CHANGE', reportPeriod: 10_000, ttl: 86_400 } } }],
    ],
    ['one that claims another’s device', { ...data(7, { a: 1 }), connector: 'Other' }, [data(7, { a: 1 })]],
    ['an envelope', envelope(point, nothing, nothing), [data(1, { a: 1 })]],
    ['connected', { kind: 'connected', device: 'D' }, [{ kind: 'connected', device: 'D', profile: 'default' }]],
    ['disconnected', { kind: 'disconnected', device: 'D' }, [{ kind: 'disconnected', device: 'D' }]],
    [
      'a reply',
      { kind: 'reply', device: 'D', id: 1, content: null },
      [{ kind: 'reply', device: 'D', id: 1, content: null }],
    ],
    [
      'a claim',
      { kind: 'claim', device: 'D', secretKey: 's', durationMs: 1 },
      [{ kind: 'claim', device: 'D', secretKey: 's', durationMs: 1 }],
    ],
    [
      'a request',
      { kind: 'attributeRequest', device: 'D', id: 1, scope: 'shared', keys: ['k'] },
      [{ kind: 'attributeRequest', device: 'D', id: 1, scope: 'shared', keys: ['k'] }],
    ],
  ])('%s', (_, emitted, expected) => {
    const { messages, facts } = run(() => concat(of(emitted), NEVER));
    expect(messages).toEqual(expected);
    expect(counted(facts)).toEqual([]);
  });

  it.each<readonly [string, unknown]>([
    ['a number', 5],
    ['a text', 'x'],
    ['a kind that there is none of', { kind: 'date', device: 'D' }],
    ['data of nobody', { kind: 'data', telemetry: { a: 1 } }],
    ['a blank name', { kind: 'connected', device: ' ' }],
    ['NaN', { deviceName: 'D', telemetry: { a: NaN } }],
    ['a reply without content', { kind: 'reply', id: 1 }],
    ['a reply without an id', { kind: 'reply', id: 'x', content: 1 }],
    ['a request for numbers', { kind: 'attributeRequest', device: 'D', id: 1, scope: 'shared', keys: [1] }],
    ['a report that is none', { ...data(1, { a: 1 }), report: { device: 'often' } }],
    ['an envelope of nonsense', envelope(5, nothing, nothing)],
  ])('but not %s: that is counted, and the next is taken', (_, emitted) => {
    const { messages, facts } = run(() => concat(of(emitted, point), NEVER));
    expect(messages).toHaveLength(1);
    expect(counted(facts)).toEqual(['failed']);
  });

  it('nothing is counted as empty', () => {
    const { messages, facts } = run(() => concat(of(undefined, null, { deviceName: 'D' }, []), NEVER));
    expect(messages).toEqual([]);
    expect(counted(facts)).toEqual(['empty', 'empty', 'empty', 'empty']);
  });
});

describe('a user’s source', () => {
  it('hears how its envelopes ended, those of nonsense among them', () => {
    const heard: string[] = [];
    const item = (value: unknown, name: string) =>
      envelope(
        value,
        () => heard.push(`${name} ack`),
        () => heard.push(`${name} nack`),
      );
    run(() => concat(of(item(point, 'good'), item([point, point], 'two'), item(5, 'bad')), NEVER));
    expect(heard).toEqual(['good ack', 'two ack', 'bad ack']);
  });

  it('may throw in its acknowledgement, which hurts nobody', () => {
    const mean = {
      value: point,
      ack: () => {
        throw new Error('no');
      },
      nack: nothing,
    };
    const rejecting = { value: point, ack: () => Promise.reject(new Error('no')), nack: nothing };
    const { messages, facts, ended } = run(() => concat(of(mean, rejecting), NEVER));
    expect([messages.length, counted(facts), ended]).toEqual([2, ['failed'], 'no']);
  });

  it('is refused what it emits plainly beyond 10,000 unsettled', () => {
    const scheduler = new TestScheduler(nothing);
    const facts: Fact[] = [];
    const nacks: unknown[] = [];
    const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
    const many = Array.from({ length: 10_002 }, () => point);
    const source = () =>
      concat(
        of(
          ...many,
          envelope(point, nothing, (why) => nacks.push(why)),
        ),
        NEVER,
      );
    let passed = 0;
    scheduler.run(() => {
      const context = { name: 'Own', log, fact: (fact: Fact) => void facts.push(fact) };
      contained(source, { own: '/own', context, scheduler })(NEVER)
        .subscribe(() => (passed += 1))
        .unsubscribe();
    });
    expect([passed, counted(facts).filter((counter) => counter !== 'collided'), nacks]).toEqual([
      10_001,
      ['shed', 'shed'],
      [],
    ]);
  });

  it.each<readonly [string, () => unknown]>([
    ['loses its connection', () => throwError(() => new ConnectionError('BROKER_UNREACHABLE', 'gone'))],
    [
      'throws',
      () => {
        throw new Error('a bug');
      },
    ],
    ['errors with anything', () => throwError(() => 'just a text')],
    ['refuses itself', () => throwError(() => new Refused('TOO_FAST', 'x'))],
  ])('that %s is started again', (_, fail) => {
    let runs = 0;
    const { facts, ended, messages } = run(() => ((runs += 1) === 1 ? fail() : concat(of(point), NEVER)), 1_500);
    expect([runs, ended, messages.length]).toEqual([2, 'no', 1]);
    expect(phases(facts)).toEqual(['connecting', 'reconnecting', 'connected']);
  });

  it('that fails by a bug is an alert, once', () => {
    const { facts, lines } = run(() => throwError(() => new Error('a bug')), 4_500);
    const alerts = facts.filter((fact) => fact.kind === 'alert');
    expect(alerts).toEqual([
      { kind: 'alert', who: 'Own', code: 'EXTENSION_FAILED', text: "the connector's own code failed: a bug" },
    ]);
    expect(lines.length).toBeGreaterThan(3);
  });

  it.each<readonly [string, () => unknown, string]>([
    ['gives up', () => throwError(() => new FatalError('CONFIG_INVALID', 'it cannot be')), 'it cannot be'],
    ['gives a promise', () => Promise.resolve(5), "the connector's source gave object, and no Observable"],
    ['gives nothing', () => undefined, "the connector's source gave undefined, and no Observable"],
    ['gives a list', () => [point], "the connector's source gave object, and no Observable"],
  ])('that %s is disabled', (_, source, why) => {
    const { facts, ended } = run(source);
    expect(ended).toBe('completed');
    expect(facts).toMatchObject([{ phase: 'connecting' }, { phase: 'disabled', why }, { kind: 'alert', text: why }]);
  });

  it('whose code throws where nobody waits is started again, and one of another folder is not', () => {
    let runs = 0;
    const throwing = (folder: string) =>
      new Observable<never>(() => {
        runs += 1;
        if (runs === 1) accuse(new Error('stray'), folder);
      });
    expect([run(() => throwing('/own'), 1_500).facts.length > 1, runs]).toEqual([true, 2]);
    runs = 0;
    run(() => throwing('/other'), 1_500);
    expect(runs).toBe(1);
  });

  it('that is done completes', () => expect(run(() => EMPTY).ended).toBe('completed'));
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NEVER, Subject, identity, of } from 'rxjs';
import type { Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gatewayConfig } from '../../src/config.js';
import type { GatewayConfig } from '../../src/config.js';
import type { Command } from '../../src/model/command.js';
import type { Context } from '../../src/model/component.js';
import { decode } from '../../src/model/decode.js';
import { envelope } from '../../src/model/envelope.js';
import type { Envelope } from '../../src/model/envelope.js';
import { Refused } from '../../src/model/errors.js';
import type { Fact } from '../../src/model/fact.js';
import type { Data, Message } from '../../src/model/message.js';
import { policy } from '../../src/pipeline/policy.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'policy-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, json: unknown): void => writeFileSync(join(folder, name), JSON.stringify(json));
const configOf = (thingsboard: object, connectors: readonly object[] = []): GatewayConfig => {
  const { value, problems } = decode(gatewayConfig, {
    thingsboard: { security: { accessToken: 'T' }, ...thingsboard },
    connectors,
  });
  expect(problems).toEqual([]);
  return value!;
};
const mqtt = { name: 'm', type: 'mqtt', configuration: 'm.json' };
const silent = (): void => undefined;
const context = (name: string): Context => ({
  name,
  log: { debug: silent, info: silent, warn: silent, error: silent },
  fact: silent,
  folder,
});

const rulesOf = (config: GatewayConfig, facts = new Subject<Fact>()) => policy(config, { context, folder, facts });

/** Runs messages through what stands before the storage. */
const running = (rules: ReturnType<typeof rulesOf>) => {
  const input = new Subject<Envelope<Message>>();
  const out: Envelope<Message>[] = [];
  input.pipe(rules.before([]), rules.after).subscribe((item) => out.push(item));
  const send = (message: Message): void => input.next(envelope(message, silent, silent));
  return { send, out };
};
const data = (values: Data['attributes'], more: Partial<Data> = {}): Data => ({
  kind: 'data',
  device: 'd',
  connector: 'm',
  profile: 'p',
  telemetry: [{ ts: 1, values }],
  attributes: {},
  ...more,
});
const twice = ({ send, out }: ReturnType<typeof running>, more: Partial<Data> = {}): number => {
  const before = out.length;
  for (const ts of [1, 2]) {
    send(data({ key: 1 }, { telemetry: [{ ts, values: { key: 1 } }], ...more }));
    out.forEach(({ ack }) => ack());
  }
  return out.length - before;
};

test('a configuration that asks for nothing costs nothing: envelopes go as they are', () => {
  write('m.json', { broker: { host: 'h' } });
  const rules = rulesOf(configOf({}, [mqtt]));
  expect(rules.after).toBe(identity);
  expect(rules.around).toBe(identity);
  const source: Observable<Envelope<Message>> = NEVER;
  expect(source.pipe(rules.before([]))).toBe(source);
});

describe('report strategies', () => {
  const change = { type: 'on_change' };
  test.each<[string, object, object, number]>([
    ['none', {}, {}, 2],
    ['of the gateway', { reportStrategy: change }, {}, 1],
    ['of the connector', {}, { reportStrategy: change }, 1],
    ['of the connector over the gateway', { reportStrategy: change }, { reportStrategy: { type: 'ON_RECEIVED' } }, 2],
    ['switched off at the gateway', { reportStrategy: { type: 'DISABLED' } }, { reportStrategy: change }, 2],
  ])('%s', (_, thingsboard, file, expected) => {
    write('m.json', file);
    expect(twice(running(rulesOf(configOf(thingsboard, [mqtt]))))).toBe(expected);
  });

  test('what is said of a message is obeyed and taken off; if all is switched off it is only taken off', () => {
    write('m.json', { mapping: [{ converter: { timeseries: [{ reportStrategy: change }] } }] });
    const said = { report: { device: { type: 'ON_CHANGE', reportPeriod: 1, ttl: 1 } } } as const;
    const on = running(rulesOf(configOf({}, [mqtt])));
    const off = running(rulesOf(configOf({ reportStrategy: { type: 'DISABLED' } }, [mqtt])));
    expect([twice(on, said), twice(off, said)]).toEqual([1, 2]);
    for (const { value } of [...on.out, ...off.out]) expect(value).not.toHaveProperty('report');
  });

  test('a value goes again after the platform refused one, after its device was deleted there, and when one asks for it', () => {
    const rules = rulesOf(configOf({ reportStrategy: change }));
    const scene = running(rules);
    twice(scene);
    scene.send(data({ key: 2 }));
    scene.out.at(-1)!.nack(new Refused('PLATFORM_REFUSED', 'no'));
    scene.send(data({ key: 2 }));
    expect(scene.out).toHaveLength(3);
    scene.out.at(-1)!.ack();

    const deleted: Command = { kind: 'rpc', id: 1, method: 'gateway_device_deleted', params: 'd' };
    const back: Command[] = [];
    rules
      .around(() => of(deleted))(NEVER)
      .subscribe((command) => back.push(command));
    expect(back).toEqual([deleted]);
    expect(twice(scene)).toBe(1);
    rules.forget({ connector: 'm' });
    expect(twice(scene)).toBe(1);
    rules.forget({ connector: 'other' });
    expect(twice(scene)).toBe(0);
  });
});

describe('of a connector that is configured anew while it runs', () => {
  const change = { type: 'on_change' };
  const changing = (thingsboard: object = {}) =>
    policy(configOf(thingsboard, [mqtt]), { context, folder, facts: new Subject<Fact>(), mayChange: true });

  test('report strategies hold from then on, also where nothing had asked for any, and until they are gone', () => {
    write('m.json', {});
    const rules = changing();
    const scene = running(rules);
    expect(twice(scene)).toBe(2);
    write('m.json', { reportStrategy: change });
    rules.learn(mqtt);
    expect(twice(scene)).toBe(1);
    expect(twice(scene)).toBe(0);
    rules.forget({ connector: 'm' });
    expect(twice(scene)).toBe(1);
    scene.send(data({ key: 2 }));
    scene.out.at(-1)!.nack(new Refused('PLATFORM_REFUSED', 'no'));
    const before = scene.out.length;
    scene.send(data({ key: 2 }));
    expect(scene.out).toHaveLength(before + 1);
    write('m.json', {});
    rules.learn(mqtt);
    rules.forget({ connector: 'm' });
    expect(twice(scene)).toBe(2);
  });

  test('what is said of a message is obeyed, or where all is switched off only taken off', () => {
    write('m.json', {});
    const said = { report: { device: { type: 'ON_CHANGE', reportPeriod: 1, ttl: 1 } } } as const;
    const found = [{}, { reportStrategy: { type: 'DISABLED' } }].map((thingsboard) => {
      write('m.json', {});
      const rules = changing(thingsboard);
      const scene = running(rules);
      write('m.json', { mapping: [{ reportStrategy: change }] });
      rules.learn(mqtt);
      const passed = twice(scene, said);
      for (const { value } of scene.out) expect(value).not.toHaveProperty('report');
      return passed;
    });
    expect(found).toEqual([1, 2]);
  });
});

describe('the device filter', () => {
  const on = { deviceFiltering: { enable: true, filterFile: 'list.json' } };
  test('keeps devices out as its file says', () => {
    write('list.json', { deny: { m: ['d'] } });
    const scene = running(rulesOf(configOf(on)));
    scene.send(data({ key: 1 }));
    scene.send(data({ key: 1 }, { device: 'dd' }));
    expect(scene.out.map(({ value }) => value.device)).toEqual(['dd']);
  });
  test('is not read when it is off', () => {
    expect(() => rulesOf(configOf({ deviceFiltering: { filterFile: 'absent.json' } }))).not.toThrow();
  });
  test('that cannot be used stops the gateway, with every mistake', () => {
    expect(() => rulesOf(configOf(on))).toThrow(/list\.json.*no such file/s);
    write('list.json', { deny: { m: ['('] }, allow: 1 });
    expect(() => rulesOf(configOf(on))).toThrow(/deny\.m\[0\].*allow/s);
  });
});

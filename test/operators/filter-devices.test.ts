import { Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { decode } from '../../src/model/decode.js';
import { envelope } from '../../src/model/envelope.js';
import type { Fact } from '../../src/model/fact.js';
import { GATEWAY_DEVICE } from '../../src/model/message.js';
import type { Message } from '../../src/model/message.js';
import { admitsDevice } from '../../src/operators/admits-device.js';
import { filterDevices } from '../../src/operators/filter-devices.js';
import { filterList } from '../../src/operators/filter-list.js';
import type { FilterList } from '../../src/operators/filter-list.js';

const listOf = (json: unknown): FilterList => {
  const { value, problems } = decode(filterList, json);
  expect(problems).toEqual([]);
  return value!;
};

const scene = (json: unknown) => {
  const input = new Subject<ReturnType<typeof envelope<Message>>>();
  const passed: Message[] = [];
  const acked: Message[] = [];
  const facts: Fact[] = [];
  const said: unknown[] = [];
  const silent = (): void => undefined;
  const log = {
    debug: silent,
    info: silent,
    error: silent,
    warn: (_: string, details: unknown) => void said.push(details),
  };
  input
    .pipe(filterDevices(admitsDevice(listOf(json), log), (it) => facts.push(it)))
    .subscribe(({ value }) => passed.push(value));
  const send = (message: Message): boolean => {
    const before = passed.length;
    input.next(envelope(message, () => acked.push(message), silent));
    return passed.length > before;
  };
  return { send, acked, facts, said };
};

const data = (device: string, connector = 'mqtt'): Message => ({
  kind: 'data',
  device,
  connector,
  profile: 'p',
  telemetry: [],
  attributes: { a: 1 },
});

describe('who passes', () => {
  const deny = { mqtt: ['Spare.*', 'x|yz'] };
  const allow = { mqtt: ['.*[0-9]', '(?i)main'] };
  test.each<[object, string, string, boolean]>([
    [{}, 'mqtt', 'any', true],
    [{ deny }, 'mqtt', 'Spare 1', false],
    [{ deny }, 'mqtt', 'A Spare', true],
    [{ deny }, 'mqtt', 'x', false],
    [{ deny }, 'mqtt', 'xz', true],
    [{ deny }, 'mqtt', 'yz', false],
    [{ deny }, 'mqtt', 'yz\nmore', true],
    [{ deny }, 'modbus', 'Spare 1', true],
    [{ allow }, 'mqtt', 'Pump 1', true],
    [{ allow }, 'mqtt', 'Pump', false],
    [{ allow }, 'mqtt', 'MAIN', true],
    [{ allow }, 'mqtt', 'Pump 1\nPump', false],
    [{ allow }, 'modbus', 'Pump', true],
    [{ allow: { mqtt: [] } }, 'mqtt', 'any', false],
    [{ deny, allow }, 'mqtt', 'Spare 1', false],
    [{ deny, allow }, 'mqtt', 'Pump 1', true],
    [{ deny: { mqtt: ['(?m)Pump'] } }, 'mqtt', 'Pump\nPump', true],
    [{ deny: { mqtt: ['.*'] } }, 'mqtt', GATEWAY_DEVICE, true],
  ])('%j: %s, %j: %s', (list, connector, device, expected) => {
    expect(scene(list).send(data(device, connector))).toBe(expected);
  });

  test('a reply passes, and so does what no connector sent', () => {
    const { send } = scene({ deny: { mqtt: ['.*'] } });
    expect(send({ kind: 'reply', device: 'd', id: 1, content: null })).toBe(true);
    expect(send({ kind: 'disconnected', device: 'd' })).toBe(true);
    expect(send({ kind: 'disconnected', device: 'd', connector: 'mqtt' })).toBe(false);
  });
});

test('what is kept out is acknowledged and counted each time, and said once for a device', () => {
  const { send, acked, facts, said } = scene({ deny: { mqtt: ['a'] }, allow: { mqtt: ['b'] } });
  for (const device of ['a', 'a', 'b', 'c']) send(data(device));
  expect(acked).toEqual(['a', 'a', 'c'].map((device) => data(device)));
  expect(facts).toEqual(Array.from({ length: 3 }, () => ({ kind: 'count', who: 'mqtt', counter: 'filtered', n: 1 })));
  expect(said).toEqual([
    { connector: 'mqtt', device: 'a', why: 'it is denied' },
    { connector: 'mqtt', device: 'c', why: 'it is not allowed' },
  ]);
});

test.each([
  [{ deny: { mqtt: ['(a+)+$'] } }, 'deny.mqtt[0]'],
  [{ deny: { mqtt: ['('] } }, 'deny.mqtt[0]'],
  [{ allow: { mqtt: 'a' } }, 'allow.mqtt'],
  [{ allow: ['a'] }, 'allow'],
])('%j has a mistake at %s', (json, path) => {
  expect(decode(filterList, json).problems.map((problem) => problem.path)).toEqual([path]);
});

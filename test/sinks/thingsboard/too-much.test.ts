import { describe, expect, test } from 'vitest';
import { GATEWAY_DEVICE } from '../../../src/model/message.js';
import type { Data, Values } from '../../../src/model/message.js';
import type { Respond } from '../../peers/platform/contract.js';
import { until } from '../../until.js';
import { data, rigs } from './rig.js';
import type { Rig } from './rig.js';

const start = rigs();
const telemetry = 'v1/gateway/telemetry';
/** So many points of 50 bytes or so. */
const wide = (n: number): Values =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`key${i}`, 'x'.repeat(40)]));
const keysOf = ({ platform }: Rig, device = 'A'): string[] => [
  ...new Set(platform.arrivals.filter((a) => a.device === device).flatMap(({ values }) => Object.keys(values))),
];

describe('what was cut before the limits of the platform were known', () => {
  test('is cut again: nothing that can be divided is refused', async () => {
    const made = await start({ maxPacketBytes: 600 });
    const attributes: Data = { ...data('B', 1), telemetry: [], attributes: wide(30) };
    made.send(data('A', 1, wide(30)), attributes, data('A', 2));
    await until(() => made.acked.length === 3);
    expect(made.nacked).toEqual([]);
    expect(keysOf(made)).toHaveLength(31);
    expect(made.platform.devices.get('B')?.attributes.size).toBe(30);
    expect(made.platform.connections()).toBeLessThanOrEqual(2);
    // Those of the first reading, then the second: in the order of the device.
    expect(made.platform.arrivals.filter(({ device }) => device === 'A').map(({ ts }) => ts)).toEqual([
      ...Array.from({ length: made.platform.arrivals.length - 1 }, () => 1),
      2,
    ]);
  });

  test('only a single point over the limit is refused, and said why; its neighbours are delivered', async () => {
    const made = await start({ maxPacketBytes: 600 });
    made.send(data('A', 1, { ...wide(10), big: 'x'.repeat(700) }), data('A', 2));
    await until(() => made.acked.length === 1 && made.nacked.length === 1);
    expect(made.nacked[0]).toMatchObject({ message: { telemetry: [{ ts: 1 }] }, why: { name: 'Refused' } });
    expect(made.nacked[0]?.why.message).toContain("over the platform's limit of 600");
    expect(keysOf(made)).toHaveLength(11);
  });

  test('is cut to the points that one window holds', async () => {
    const made = await start({ limits: { gateway: { telemetryDataPoints: '10:1' } } });
    made.send(data('A', 1, wide(20)));
    await until(() => made.acked.length === 1, 15_000);
    expect(keysOf(made)).toHaveLength(20);
    expect(made.nacked).toEqual([]);
  });
});

describe('a platform that does not name its limits', () => {
  test('too large a part is halved until it passes', async () => {
    const made = await start({ maxPacketBytes: 600, sessionLimits: 'silent' });
    made.send(data('A', 1, wide(20)));
    await until(() => made.acked.length === 1, 15_000);
    expect(made.nacked).toEqual([]);
    expect(keysOf(made)).toHaveLength(20);
  });

  test('too many points for a window are halved after six tries, and do not stand in the way for ever', async () => {
    const many: Respond = ({ topic, payload }) =>
      topic === telemetry && payload.split('key').length > 6 ? { close: true } : undefined;
    const made = await start({ sessionLimits: 'silent', respond: many });
    made.send(data('A', 1, wide(20)));
    await until(() => made.acked.length === 1, 15_000);
    expect(made.nacked).toEqual([]);
    expect(keysOf(made)).toHaveLength(20);
  });
});

test('what is halved for want of an answer stays ahead of what came after it', async () => {
  let well = false;
  const made = await start({
    sessionLimits: 'silent',
    respond: ({ topic }) => (topic === telemetry && !well ? { withhold: true, store: false } : undefined),
  });
  const flying = (): number =>
    made.platform.log.filter(
      ({ topic, connection }) => topic === telemetry && connection === made.platform.connections(),
    ).length;
  made.send(data('A', 1, wide(4)));
  await until(() => flying() === 1);
  // A single point: it cannot be halved.
  made.send(data('A', 2));
  for (let sent = 1; sent <= 6; sent += 1) {
    await until(() => made.platform.live() !== undefined && flying() === 2);
    well = sent === 6;
    const said = made.facts.length;
    await made.platform.goAway();
    // It is knocked at more than once.
    await until(() => made.facts.slice(said).some((fact) => fact.kind === 'state' && fact.attempt === 2));
    await made.platform.comeBack();
  }
  await until(() => made.acked.length === 2);
  expect(made.platform.arrivals.map(({ ts }) => ts)).toEqual([1, 1, 2]);
});

describe('control messages', () => {
  test.each([700, 590])(
    'a reply over the limit is refused without a try, the topic counts too: %i bytes',
    async (bytes) => {
      const made = await start({ maxPacketBytes: 600 });
      await until(() => made.platform.log[0]?.outcome === 0);
      made.platform.push('v1/devices/me/rpc/request/1', { method: 'read' });
      await until(() => made.commands.length === 1);
      made.send({ kind: 'reply', id: 1, content: 'x'.repeat(bytes) });
      await until(() => made.nacked.length === 1);
      expect(made.nacked[0]?.why.name).toBe('Refused');
      expect(made.platform.connections()).toBe(1);
      expect(made.platform.violations).toEqual([]);
    },
  );

  test('one that ends connections gets no innocent data refused', async () => {
    let well = false;
    const made = await start({
      sessionLimits: 'silent',
      respond: ({ topic, payload }) => {
        if (payload.includes('bad')) return { close: true, disconnect: 131 };
        return topic === telemetry && !well ? { withhold: true, store: false } : undefined;
      },
    });
    const isFlying = (): boolean =>
      made.platform.log.some(
        ({ topic, connection }) => topic === telemetry && connection === made.platform.connections(),
      );
    made.send(data('A', 1));
    for (let id = 1; id <= 4; id += 1) {
      await until(isFlying);
      made.send({ kind: 'reply', id, content: 'bad' });
      await until(() => made.nacked.length >= id);
    }
    well = true;
    made.platform.kick(152);
    await until(() => made.acked.length === 1);
    expect(made.nacked.filter(({ message }) => message.kind === 'data')).toEqual([]);
  });
});

describe('a device that the platform cannot take', () => {
  test('without a name: refused, whatever the message; the others go on', async () => {
    const made = await start();
    made.send(data('', 1), { kind: 'connected', device: '', profile: 'meter' }, data('A', 1));
    await until(() => made.acked.length === 1 && made.nacked.length === 2);
    expect(made.nacked.map(({ why }) => why.name)).toEqual(['Refused', 'Refused']);
    expect(made.platform.connections()).toBe(1);
  });

  test('a connect that ends the connection is refused in the end; the others go on', async () => {
    const made = await start({
      respond: ({ topic, devices }) =>
        topic === 'v1/gateway/connect' && devices.includes('A') ? { close: true, disconnect: 131 } : undefined,
    });
    made.send({ kind: 'connected', device: 'A', profile: 'meter' }, data('B', 1), data(GATEWAY_DEVICE, 1));
    await until(() => made.acked.length === 2 && made.nacked.length === 1, 15_000);
    expect(made.nacked[0]).toMatchObject({ message: { device: 'A' }, why: { name: 'Refused' } });
  });
});

test('of a pack that was halved, a later attribute does not pass an earlier one whose device was deferred', async () => {
  let state: 'gather' | 'halve' | 'fail' | 'well' = 'gather';
  const made = await start({
    pace: 5,
    respond: ({ topic, payload }) => {
      if (topic !== 'v1/gateway/attributes' || state === 'well') return undefined;
      if (state === 'gather') return { delayMs: 50 };
      if (payload.includes('poison')) return { reason: 153 };
      return payload.includes('"x":1') ? { reason: 128 } : undefined;
    },
  });
  const said = (attributes: Values): Data => ({ ...data('A', 1), telemetry: [], attributes });
  made.send(said({ first: 1 }));
  await until(() => made.platform.log.some(({ topic }) => topic === 'v1/gateway/attributes'));
  state = 'halve';
  made.send(said({ x: 1 }), said({ y: 1 }), said({ x: 2 }), said({ poison: 1 }));
  await until(() => made.acked.length + made.nacked.length === 5, 15_000);
  expect(made.nacked.map(({ why }) => why.name)).toEqual(['Unavailable', 'Unavailable', 'Unavailable', 'Unavailable']);
  expect(made.platform.devices.get('A')?.attributes.has('x')).toBe(false);
});

test('numbers that a double cannot hold keep their digits on the way down', async () => {
  const made = await start();
  await until(() => made.platform.live() !== undefined);
  made.platform.push('v1/devices/me/attributes', '{"serial":9007199254740993}');
  await until(() => made.commands.length === 1);
  expect(made.commands[0]).toMatchObject({ values: { serial: '9007199254740993' } });
});

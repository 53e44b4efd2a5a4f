import type { Data } from '../../../src/model/message.js';
import { describe, expect, test } from 'vitest';
import { GATEWAY_DEVICE } from '../../../src/model/message.js';
import type { PlatformOptions, Respond } from '../../peers/platform/contract.js';
import { until } from '../../until.js';
import { data, rigs } from './rig.js';
import type { Rig } from './rig.js';

const start = rigs();

const telemetry = 'v1/gateway/telemetry';
const seconds = (n: number): number => n * 1000;
/** Where only seconds count. */
const PACE = 10;
const poisoned: Respond = ({ topic, payload }) =>
  topic === telemetry && payload.includes('"poison"') ? { reason: 153 } : undefined;
const many = (device: string, n: number) => Array.from({ length: n }, (_, i) => data(device, i + 1));
const poison = data('A', 1000, { poison: 1 });
const stored = ({ platform }: Rig, device = 'A'): number[] => [
  ...new Set(platform.arrivals.filter((arrival) => arrival.device === device).map(({ ts }) => ts)),
];

describe('every row of the PUBACK reasons', () => {
  test('0: acknowledged, after connect with the profile, nothing forbidden done', async () => {
    const made = await start();
    made.send(...many('A', 3));
    await until(() => made.acked.length === 3);
    expect(made.platform.devices.get('A')?.profile).toBe('meter');
    expect(stored(made)).toEqual([1, 2, 3]);
    expect(made.platform.violations).toEqual([]);
    expect(made.counted('published')).toBe(1);
  });

  test('153: the poison message alone is refused, its neighbours are delivered', async () => {
    const made = await start({ respond: poisoned });
    made.send(...many('A', 10), poison, ...many('B', 5));
    await until(() => made.acked.length === 15 && made.nacked.length === 1);
    expect(made.nacked[0]).toMatchObject({ message: poison, why: { name: 'Refused', code: 'PLATFORM_REFUSED' } });
    expect(stored(made)).toHaveLength(10);
    expect(made.platform.connections()).toBe(1);
  });

  test('144: a bug is fatal for the message only', async () => {
    const made = await start({
      respond: ({ payload }) => (payload.includes('"poison"') ? { reason: 144 } : undefined),
    });
    made.send(...many('A', 2), poison);
    await until(() => made.acked.length === 2 && made.nacked.length === 1);
    expect(made.nacked[0]?.why.name).toBe('Refused');
  });

  test('151 and the connection is closed: throttled, sent again after a pause, nothing dropped', async () => {
    let throttles = 0;
    const made = await start({
      respond: ({ topic }) => (topic === telemetry && throttles++ < 2 ? { reason: 151, close: true } : undefined),
    });
    const since = Date.now();
    made.send(...many('A', 5));
    await until(() => made.acked.length === 5, seconds(15));
    expect(Date.now() - since).toBeGreaterThan(900);
    expect(made.nacked).toEqual([]);
    expect(made.alerts()).toContain('PLATFORM_THROTTLED');
    expect(made.counted('redelivered')).toBeGreaterThan(0);
  });

  test('151 and the connection stays open: the device is deferred, the others go on', async () => {
    const made = await start({ pace: PACE, maxDevices: 1 });
    made.send(data('A', 1));
    await until(() => made.acked.length === 1);
    made.send(data('B', 1), data('A', 2));
    await until(() => made.acked.length === 2 && made.nacked.length === 1);
    expect(made.nacked[0]).toMatchObject({
      message: { device: 'B' },
      why: { name: 'Unavailable', code: 'DEVICE_DEFERRED' },
    });
    expect(made.alerts()).toEqual(['DEVICE_DEFERRED']);
    expect(made.platform.connections()).toBe(1);
  });

  test('131 and closed: the payload that causes it is refused after three tries alone, its neighbours are delivered', async () => {
    const made = await start({
      pace: PACE,
      respond: ({ payload }) =>
        payload.includes('"poison"') ? { reason: 131, close: true, disconnect: 131 } : undefined,
    });
    made.send(...many('A', 6), poison, ...many('B', 3));
    await until(() => made.acked.length === 9 && made.nacked.length === 1, seconds(15));
    expect(made.nacked[0]).toMatchObject({ message: poison, why: { name: 'Refused' } });
  });

  test('128 twice: tried again with backoff and delivered', async () => {
    let failures = 0;
    const made = await start({
      pace: PACE,
      respond: ({ topic }) => (topic === telemetry && failures++ < 2 ? { reason: 128 } : undefined),
    });
    made.send(data('A', 1));
    await until(() => made.acked.length === 1);
    expect(made.nacked).toEqual([]);
  });

  test('128 again and again: the device is deferred, the others go on', async () => {
    const made = await start({
      pace: PACE,
      respond: ({ topic, devices }) => (topic === telemetry && devices.includes('A') ? { reason: 128 } : undefined),
    });
    made.send(data('A', 1), data('B', 1));
    await until(() => made.acked.length === 1 && made.nacked.length === 1);
    expect(made.nacked[0]).toMatchObject({ message: { device: 'A' }, why: { name: 'Unavailable' } });
  });

  test('128 again and again: a newer attribute that waits behind comes back too, and lands after the older one', async () => {
    let broken = true;
    const made = await start({
      pace: PACE,
      respond: ({ topic }) => (topic === 'v1/gateway/attributes' && broken ? { reason: 128 } : undefined),
    });
    const said = (x: number): Data => ({ ...data('A', 1), telemetry: [], attributes: { x } });
    made.send(said(1));
    await until(() => made.platform.log.some(({ topic }) => topic === 'v1/gateway/attributes'));
    made.send(said(2));
    await until(() => made.nacked.length === 2);
    expect(made.nacked.map(({ why }) => why.code)).toEqual(['DEVICE_DEFERRED', 'DEVICE_DEFERRED']);
    broken = false;
    made.send(said(1), said(2));
    await until(() => made.acked.length === 2);
    expect(made.platform.devices.get('A')?.attributes.get('x')).toBe(2);
  });

  test('128 again and again for its attributes: a message comes back at once, whatever its telemetry waits for, so that no newer one passes it', async () => {
    const made = await start({
      pace: PACE,
      respond: ({ topic }) => ({ [telemetry]: { withhold: true }, 'v1/gateway/attributes': { reason: 128 } })[topic],
    });
    made.send({ ...data('A', 1), attributes: { x: 1 } });
    await until(() => made.nacked.length === 1);
    expect(made.nacked[0]?.why.code).toBe('DEVICE_DEFERRED');
    expect(made.platform.arrivals).toHaveLength(1);
    expect(made.platform.connections()).toBe(1);
  });

  test('none, told by the limits: not a gateway, an alert, the data is kept and delivered once the flag is set', async () => {
    const made = await start({ gateway: false });
    made.send(data('A', 1));
    await until(() => made.alerts().includes('NOT_A_GATEWAY'));
    expect([made.acked, made.nacked]).toEqual([[], []]);
    made.platform.options.gateway = true;
    await until(() => made.acked.length === 1);
  });

  test('none, with an older server: not a gateway, told by its silence to device data alone', async () => {
    const made = await start({ gateway: false, sessionLimits: 'silent' }, { ackTimeoutSeconds: 0.3 });
    made.send(data('A', 1));
    await until(() => made.alerts().includes('NOT_A_GATEWAY'));
    expect([made.acked, made.nacked]).toEqual([[], []]);
  });

  test('none, where connects are acknowledged: it is a gateway, and the silence has another cause', async () => {
    let withheld = 0;
    const made = await start(
      {
        sessionLimits: 'silent',
        respond: ({ topic }) => (topic === telemetry && withheld++ < 2 ? { withhold: true } : undefined),
      },
      { ackTimeoutSeconds: 0.3 },
    );
    made.send(data('A', 1));
    await until(() => made.acked.length === 1);
    expect(made.alerts()).toEqual([]);
  });

  test('a PUBACK that is withheld for 12 s and then sent is a success', async () => {
    const made = await start({
      pace: PACE,
      respond: ({ topic }) => (topic === telemetry ? { withhold: true } : undefined),
    });
    made.send(data('A', 1));
    await until(() => made.platform.log.some(({ outcome }) => outcome === 'withheld'));
    await new Promise((resolve) => setTimeout(resolve, seconds(12) / PACE));
    expect(made.acked).toEqual([]);
    expect(made.platform.release()).toBe(1);
    await until(() => made.acked.length === 1);
    expect(made.platform.connections()).toBe(1);
  });

  test('a PUBACK that is withheld until the connection is cut is none: sent again in order', async () => {
    let withheld = 0;
    const made = await start({
      respond: ({ topic }) => (topic === telemetry && withheld++ < 3 ? { withhold: true, store: false } : undefined),
    });
    for (const ts of [1, 2, 3]) {
      made.send(data('A', ts));
      await until(() => withheld === ts);
    }
    made.platform.kick(152);
    await until(() => made.acked.length === 3);
    expect(made.platform.arrivals.map(({ ts }) => ts)).toEqual([1, 2, 3]);
    expect(made.counted('redelivered')).toBe(3);
  });

  test('no PUBACK within the limit: the connection is made anew and the message sent again', async () => {
    let withheld = 0;
    const made = await start(
      {
        respond: ({ topic, payload }) =>
          topic === telemetry && payload.includes('"ts":2') && withheld++ < 1 ? { withhold: true } : undefined,
      },
      { ackTimeoutSeconds: 0.3 },
    );
    made.send(data('A', 1));
    await until(() => made.acked.length === 1);
    made.send(data('A', 2));
    await until(() => made.acked.length === 2);
    expect(made.platform.connections()).toBe(2);
    expect(made.nacked).toEqual([]);
  });
});

describe('a close without a PUBACK', () => {
  const closing: PlatformOptions['respond'] = ({ payload }) =>
    payload.includes('"poison"') ? { close: true, disconnect: 131 } : undefined;

  test.each([129, 131, 153])(
    'with DISCONNECT %i: the suspects are sent alone, one is refused, the innocent delivered',
    async (code) => {
      const made = await start({
        respond: ({ payload }) => (payload.includes('"poison"') ? { close: true, disconnect: code } : undefined),
      });
      made.send(...many('A', 6), poison, ...many('B', 3), ...many('C', 3));
      await until(() => made.acked.length === 12 && made.nacked.length === 1, seconds(15));
      expect(made.nacked[0]).toMatchObject({ message: poison, why: { name: 'Refused' } });
      expect(made.platform.violations).toEqual([]);
    },
  );

  test('on 3.1.1 it has no code: refused after repeated bare ends alone, the innocent delivered', async () => {
    const made = await start({ respond: closing }, { mqttVersion: 4 });
    made.send(...many('A', 4), poison, ...many('B', 3));
    await until(() => made.acked.length === 7 && made.nacked.length === 1, seconds(15));
    expect(made.nacked[0]).toMatchObject({ message: poison, why: { name: 'Refused' } });
  });

  test('a network that fails again and again refuses nothing', async () => {
    let closes = 0;
    const made = await start({
      respond: ({ topic }) => (topic === telemetry && closes++ < 12 ? { close: true } : undefined),
    });
    made.send(...many('A', 4));
    await until(() => made.acked.length === 4, seconds(15));
    expect(made.nacked).toEqual([]);
  });

  test('own data that is throttled ends the connection in the same way, and is not refused', async () => {
    const made = await start({ limits: { own: { telemetryMessages: '1:1' } }, sessionLimits: 'silent' });
    for (const ts of [1, 2, 3]) {
      made.send(data(GATEWAY_DEVICE, ts));
      await until(() => made.acked.length === ts, seconds(8));
    }
    expect(made.nacked).toEqual([]);
  });

  test('a publish that is never acknowledged while others are is isolated; its device waits, nothing is refused', async () => {
    const made = await start(
      { respond: ({ payload }) => (payload.includes('"poison"') ? { withhold: true, store: false } : undefined) },
      { ackTimeoutSeconds: 0.15 },
    );
    made.send(data('B', 1));
    await until(() => made.acked.length === 1);
    made.send(...many('A', 2), poison);
    const ticks = setInterval(() => made.send(data('B', Date.now())), 20);
    await until(
      () => made.nacked.length === 1 && made.acked.some((message) => 'device' in message && message.device === 'A'),
      seconds(15),
    );
    clearInterval(ticks);
    expect(made.nacked[0]).toMatchObject({ message: poison, why: { name: 'Unavailable' } });
    expect(made.acked.filter((message) => 'device' in message && message.device === 'A')).toHaveLength(2);
  });
});

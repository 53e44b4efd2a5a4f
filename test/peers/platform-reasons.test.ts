import { afterEach, describe, expect, test } from 'vitest';
import { startPlatform, type Platform } from './platform.js';
import { plainClient } from './plain-client.js';
import type { PlatformOptions } from './platform/contract.js';

const telemetry = 'v1/gateway/telemetry';
const open: { close: () => Promise<unknown> }[] = [];
const start = async (options: PlatformOptions = {}, protocolVersion: 4 | 5 = 5) => {
  const platform: Platform = await startPlatform(options);
  const made = await plainClient(platform.port, { protocolVersion });
  open.push(made, platform);
  return { platform, ...made };
};
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});
const good = { A: [{ ts: 1, values: { t: 1 } }] };

describe('every row of PUBACK reasons', () => {
  test('0: stored', async () => {
    const { platform, publish } = await start();
    expect(await publish(telemetry, good)).toBe(0);
    expect(platform.arrivals).toMatchObject([{ device: 'A', ts: 1, values: { t: 1 }, connection: 1, publishIndex: 0 }]);
  });

  test('128: nothing stored, the session stays', async () => {
    const { platform, publish } = await start({ respond: ({ index }) => (index === 0 ? { reason: 128 } : undefined) });
    expect(await publish(telemetry, good)).toBe(128);
    expect(platform.arrivals).toEqual([]);
    expect(await publish(telemetry, good)).toBe(0);
  });

  test.each([
    ['an empty device name', 'v1/gateway/connect', { device: '' }],
    ['no valid entry', telemetry, { A: 1 }],
    ['an attribute request without client', 'v1/gateway/attributes/request', { id: 1, device: 'A', key: 'k' }],
    ['an RPC reply without data', 'v1/gateway/rpc', { device: 'A', id: 1 }],
  ])('131 for %s, then DISCONNECT 131', async (_, topic, payload) => {
    const { publish, ended } = await start();
    expect(await publish(topic, payload)).toBe(131);
    expect(await ended).toBe(131);
  });

  test('144: unknown topic, the session stays', async () => {
    const { publish } = await start();
    expect(await publish('v1/gateway/nonsense', {})).toBe(144);
    expect(await publish(telemetry, good)).toBe(0);
  });

  test('151 for a device too many, the session stays', async () => {
    const { publish } = await start({ maxDevices: 1 });
    expect(await publish(telemetry, good)).toBe(0);
    expect(await publish(telemetry, { B: good.A })).toBe(151);
    expect(await publish(telemetry, good)).toBe(0);
  });

  test('151 for a rate limit, with a notice, then the connection closes', async () => {
    const { platform, publish, client, ended } = await start({ limits: { gateway: { telemetryDataPoints: '2:60' } } });
    const notice = new Promise((resolve) => client.once('message', (topic, body) => resolve([topic, body.toString()])));
    expect(await publish(telemetry, { A: [{ a: 1, b: 2 }] })).toBe(0);
    expect(await publish(telemetry, good)).toBe(151);
    expect(await notice).toEqual(['v1/gateway/disconnect', '{"device":"A","reason":150}']);
    await ended;
    expect(platform.arrivals).toHaveLength(1);
    expect(platform.violations).toContain(`rate limit exceeded: ${telemetry}, connection 1`);
  });

  test('a rate limit may be watched without being enforced', async () => {
    const { platform, publish } = await start({ limits: { gateway: { messages: '1:60' }, enforce: false } });
    for (const device of ['A', 'B']) expect(await publish('v1/gateway/connect', { device })).toBe(0);
    expect(platform.violations).toEqual(['rate limit exceeded: v1/gateway/connect, connection 1']);
  });

  test('own traffic over its limit closes with 131 and no PUBACK', async () => {
    const { publish, ended } = await start({ limits: { own: { telemetryMessages: '1:60' } } });
    expect(await publish('v1/devices/me/telemetry', { a: 1 })).toBe(0);
    expect(await publish('v1/devices/me/telemetry', { a: 1 })).toBe('closed');
    expect(await ended).toBe(131);
  });

  test.each(['{"A":[', '[]', '{"A":[1]}', '{"A":[{"ts":"noon","values":{"t":1}}]}'])(
    '153 for %s, and the next good message is stored',
    async (payload) => {
      const { platform, publish } = await start();
      expect(await publish(telemetry, payload)).toBe(153);
      expect(await publish(telemetry, good)).toBe(0);
      expect(platform.arrivals).toHaveLength(1);
    },
  );

  test('malformed JSON on 3.1.1 closes the connection without PUBACK', async () => {
    const { platform, publish } = await start({}, 4);
    expect(await publish(telemetry, '{"A":[')).toBe('closed');
    expect(platform.log[0]?.outcome).toBe('closed');
  });

  test('on 3.1.1 a rejection looks like an acceptance', async () => {
    const { platform, publish } = await start({}, 4);
    expect(await publish('v1/gateway/nonsense', {})).toBe(0);
    expect(platform.log[0]?.outcome).toBe(144);
  });

  test.each([
    ['an empty array', {}, { A: [] }],
    ['an entity that is not a gateway', { gateway: false }, good],
  ])('none, for %s', async (_, options, payload) => {
    const { platform, publish, client } = await start(options);
    void publish(telemetry, payload);
    expect(await publish('v1/devices/me/telemetry', { a: 1 })).toBe(0);
    expect(platform.log[0]?.outcome).toBe('none');
    expect(client.connected).toBe(true);
  });

  test('none for connect on an older server', async () => {
    const { platform, publish } = await start({ ackConnect: false });
    void publish('v1/gateway/connect', { device: 'A', type: 'meter' });
    expect(await publish(telemetry, good)).toBe(0);
    expect(platform.log[0]?.outcome).toBe('none');
    expect(platform.devices.get('A')?.profile).toBe('meter');
  });
});

describe('faults', () => {
  test('a withheld PUBACK comes with release', async () => {
    const { platform, publish } = await start({ respond: () => ({ withhold: true }) });
    const answer = publish(telemetry, good);
    await platform.until(() => platform.log[0]?.outcome === 'withheld');
    expect(platform.arrivals).toHaveLength(1);
    expect(platform.release()).toBe(1);
    expect(await answer).toBe(0);
  });

  test('a withheld PUBACK never comes once the connection is cut', async () => {
    const { platform, publish } = await start({ respond: () => ({ withhold: true }) });
    const answer = publish(telemetry, good);
    await platform.until(() => platform.log[0]?.outcome === 'withheld');
    platform.kick(152);
    expect(await answer).toBe('closed');
    expect(platform.release()).toBe(0);
  });

  test('a delayed PUBACK is late by the delay, and others overtake it', async () => {
    const { publish } = await start({ respond: ({ index }) => (index === 0 ? { delayMs: 100 } : undefined) });
    const order: string[] = [];
    const slow = publish(telemetry, good).then(() => order.push('slow'));
    await publish(telemetry, good).then(() => order.push('quick'));
    await slow;
    expect(order).toEqual(['quick', 'slow']);
  });

  test('close without PUBACK stores nothing unless told to', async () => {
    const { platform, publish } = await start({ respond: () => ({ close: true, disconnect: 131 }) });
    expect(await publish(telemetry, good)).toBe('closed');
    expect(platform.arrivals).toEqual([]);
  });

  test('kick says its code', async () => {
    const { platform, ended } = await start();
    platform.kick(152);
    expect(await ended).toBe(152);
  });

  test('away means refused connections, back means the same port', async () => {
    const { platform, ended } = await start();
    await platform.goAway();
    await ended;
    await expect(plainClient(platform.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await platform.comeBack();
    open.unshift(await plainClient(platform.port));
    expect(platform.connections()).toBe(2);
  });

  test('hung means silence on an open connection, which ends with unhang', async () => {
    const { platform, publish, client } = await start();
    platform.hang();
    let answered = false;
    const answer = publish(telemetry, good).then((reason) => ((answered = true), reason));
    await expect(platform.until(() => answered, 200, 'an answer while hung')).rejects.toThrow(
      'not within 200 ms: an answer while hung',
    );
    expect(client.connected).toBe(true);
    platform.unhang();
    expect(await answer).toBe(0);
  });

  test('too many publishes in flight and QoS 0 are violations', async () => {
    const { platform, publish, client } = await start({ maxInflight: 2, respond: () => ({ withhold: true }) });
    for (const t of [1, 2, 3]) void publish(telemetry, { A: [{ t }] });
    await client.publishAsync('v1/devices/me/telemetry', '{"a":1}', { qos: 0 });
    await platform.until(() => platform.log.length === 4);
    expect(platform.violations).toEqual([
      'data before connect on this connection: device A, telemetry, connection 1',
      'more than 2 publishes in flight, connection 1',
      'QoS 0 publish: v1/devices/me/telemetry',
    ]);
  });
});

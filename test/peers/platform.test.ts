import { connect } from 'node:net';
import { generate } from 'mqtt-packet';
import { afterEach, describe, expect, test } from 'vitest';
import { startPlatform, type Platform } from './platform.js';
import { plainClient } from './plain-client.js';
import type { PlatformOptions } from './platform/contract.js';

const telemetry = 'v1/gateway/telemetry';
const open: { close: () => Promise<unknown> }[] = [];
const platformWith = async (options: PlatformOptions = {}): Promise<Platform> => {
  const platform = await startPlatform(options);
  open.push(platform);
  return platform;
};
const clientOf = async (platform: Platform, options: Parameters<typeof plainClient>[1] = {}) => {
  const client = await plainClient(platform.port, options);
  open.unshift(client);
  return client;
};
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

describe('the session', () => {
  test('a wrong token is refused with 134 and the connection closed', async () => {
    const platform = await platformWith();
    await expect(clientOf(platform, { username: 'WRONG' })).rejects.toMatchObject({ code: 134 });
    expect(platform.connects).toMatchObject([{ reason: 134, version: 5 }]);
    expect(platform.live()).toBeUndefined();
  });

  test('on 3.1.1 a wrong token is refused with 5', async () => {
    const platform = await platformWith();
    await expect(clientOf(platform, { username: 'WRONG', protocolVersion: 4 })).rejects.toMatchObject({ code: 5 });
  });

  test.each([
    ['an unknown client id alone', { username: '', clientId: 'x' }, 133],
    ['a wrong password', { username: 'u', password: 'no', clientId: 'id' }, 134],
  ])('%s is refused by its code', async (_, options, code) => {
    const platform = await platformWith({ accept: { clientId: 'id', username: 'u', password: 'p' } });
    await expect(clientOf(platform, options)).rejects.toMatchObject({ code });
    await clientOf(platform, { username: 'u', password: 'p', clientId: 'id' });
    expect(platform.live()).toBeDefined();
  });

  test('a refusal can be forced and lifted', async () => {
    const platform = await platformWith();
    platform.refuse(136);
    await expect(clientOf(platform)).rejects.toMatchObject({ code: 136 });
    platform.refuse(undefined);
    await clientOf(platform);
  });

  test('a second session of the credential evicts the first with 142', async () => {
    const platform = await platformWith();
    const first = await clientOf(platform);
    await clientOf(platform);
    expect(await first.ended).toBe(142);
    expect(platform.live()?.connection).toBe(2);
  });

  test('a packet before CONNACK is a violation, and is handled after it', async () => {
    const platform = await platformWith();
    const socket = connect(platform.port, '127.0.0.1');
    const options = { protocolVersion: 5 };
    socket.write(
      Buffer.concat([
        generate({ cmd: 'connect', protocolVersion: 5, clientId: 'a', clean: true, username: 'TOKEN' }, options),
        generate({ cmd: 'pingreq' }, options),
      ]),
    );
    await platform.until(() => platform.live() !== undefined);
    expect(platform.violations).toEqual(['pingreq before CONNACK, connection 1']);
    socket.destroy();
  });

  test('session present says only that the session was not clean', async () => {
    const platform = await platformWith();
    for (const clean of [true, false]) {
      const present = await new Promise((resolve) => {
        const socket = connect(platform.port, '127.0.0.1');
        socket.once('data', (bytes) => {
          resolve((bytes[2]! & 1) === 1);
          socket.destroy();
        });
        socket.write(generate({ cmd: 'connect', protocolVersion: 4, clientId: 'a', clean, username: 'TOKEN' }));
      });
      expect(present).toBe(!clean);
    }
  });

  test('exactly the documented filters are granted', async () => {
    const platform = await platformWith();
    const { client } = await clientOf(platform);
    const granted = await client.subscribeAsync(['v1/gateway/rpc', 'v1/devices/me/rpc/request/+'], { qos: 2 });
    expect(granted.map(({ qos }) => qos)).toEqual([1, 1]);
    await expect(client.subscribeAsync('v1/gateway/#', { qos: 1 })).rejects.toMatchObject({
      packet: { granted: [143] },
    });
    expect(platform.violations).toEqual(['unsupported subscription: v1/gateway/#']);
    expect(platform.subscriptions.map(({ filter }) => filter)).toEqual([
      'v1/gateway/rpc',
      'v1/devices/me/rpc/request/+',
    ]);
  });

  test('a packet over the size limit ends the session with 129', async () => {
    const platform = await platformWith({ maxPacketBytes: 1000 });
    const { publish, ended } = await clientOf(platform);
    // 1000 bytes in all: fixed header 3, topic 2 + 20, message id 2, no properties 1.
    expect(await publish(telemetry, 'x'.repeat(1000 - 28))).toBe(153);
    void publish(telemetry, 'x'.repeat(1000 - 27));
    expect(await ended).toBe(129);
    expect(platform.log.map(({ bytes }) => bytes)).toEqual([1000]);
  });
});

describe('what the platform stores', () => {
  test('connect decides the profile, equal times overwrite, arrivals keep everything', async () => {
    const platform = await platformWith();
    const { publish } = await clientOf(platform);
    expect(await publish('v1/gateway/connect', { device: 'A', type: 'meter' })).toBe(0);
    expect(
      await publish(telemetry, {
        A: [
          { ts: 5, values: { t: 1, n: null } },
          { ts: 5, values: { t: '007' } },
        ],
      }),
    ).toBe(0);
    expect(platform.devices.get('A')?.profile).toBe('meter');
    expect([...platform.devices.get('A')!.telemetry.get('t')!]).toEqual([[5, 7]]);
    expect(platform.arrivals.map(({ ts, values, publishIndex }) => ({ ts, values, publishIndex }))).toEqual([
      { ts: 5, values: { t: 1 }, publishIndex: 1 },
      { ts: 5, values: { t: 7 }, publishIndex: 1 },
    ]);
    expect(platform.violations).toEqual([]);
  });

  test('data before connect is stored under the profile default, and is a violation', async () => {
    const platform = await platformWith();
    const { publish } = await clientOf(platform);
    expect(await publish(telemetry, { A: [{ t: 1 }] })).toBe(0);
    expect(platform.devices.get('A')?.profile).toBe('default');
    expect(platform.violations).toEqual(['data before connect on this connection: device A, telemetry, connection 1']);
  });

  test('names of any kind are only names', async () => {
    const platform = await platformWith();
    const { publish } = await clientOf(platform);
    await publish('v1/gateway/connect', '{"device":"__proto__"}');
    await publish(telemetry, '{"__proto__":[{"ts":1,"values":{"__proto__":1}}]}');
    expect([...platform.devices.get('__proto__')!.telemetry.keys()]).toEqual(['__proto__']);
  });

  test('own telemetry and attributes belong to the gateway', async () => {
    const platform = await platformWith();
    const { publish } = await clientOf(platform);
    expect(await publish('v1/devices/me/telemetry', { events_queued: 3 })).toBe(0);
    expect(await publish('v1/devices/me/attributes', { v: '1.0-x' })).toBe(0);
    expect(await publish('v1/devices/me/attributes', [])).toBe(153);
    expect(platform.own.telemetry.has('events_queued')).toBe(true);
    expect(platform.own.attributes.get('v')).toBe('1.0-x');
  });
});

describe('answers to the gateway', () => {
  const asked = async (options: PlatformOptions, topic: string, payload: unknown, prepare?: (p: Platform) => void) => {
    const platform = await platformWith(options);
    const { client, publish } = await clientOf(platform);
    prepare?.(platform);
    await publish('v1/gateway/connect', { device: 'A' });
    const answer = new Promise((resolve) =>
      client.once('message', (to, body) => resolve({ to, body: JSON.parse(body.toString()) as unknown })),
    );
    void publish(topic, payload);
    return answer;
  };
  const share = (platform: Platform): void => {
    platform.devices.set('A', {
      name: 'A',
      profile: 'default',
      telemetry: new Map(),
      attributes: new Map(),
      shared: new Map([
        ['a', 1],
        ['b', 2],
      ]),
      claims: [],
      rpcReplies: [],
      counts: { connects: 0, disconnects: 0, publishes: 0, items: 0, points: 0 },
    });
  };

  test.each([
    [{ key: 'a' }, { value: 1 }],
    [{ keys: ['a', 'b'] }, { values: { a: 1, b: 2 } }],
    [{ keys: ['a', 'x'] }, { values: { a: 1 } }],
    [{ keys: ['x', 'y'] }, {}],
    [{ keys: [] }, { values: { a: 1, b: 2 } }],
  ])('attributes asked with %j', async (keys, expected) => {
    const request = { id: 7, device: 'A', client: false, ...keys };
    expect(await asked({}, 'v1/gateway/attributes/request', request, share)).toEqual({
      to: 'v1/gateway/attributes/response',
      body: { id: 7, device: 'A', ...expected },
    });
  });

  test('getSessionLimits names the gateway limits only for a gateway', async () => {
    const request = { method: 'getSessionLimits', params: {} };
    const limits = { own: { messages: '15:1' }, gateway: { messages: '30:1' } };
    const ask = (gateway: boolean) => asked({ limits, gateway }, 'v1/devices/me/rpc/request/4', request);
    expect(await ask(true)).toMatchObject({
      to: 'v1/devices/me/rpc/response/4',
      body: { maxPayloadSize: 65_536, rateLimits: { messages: '15:1' }, gatewayRateLimits: { messages: '30:1' } },
    });
  });

  test('getSessionLimits of an entity that is no gateway has no gateway limits', async () => {
    const platform = await platformWith({ gateway: false });
    const { client, publish } = await clientOf(platform);
    const answer = new Promise<string>((resolve) => client.once('message', (_, body) => resolve(body.toString())));
    await publish('v1/devices/me/rpc/request/1', { method: 'getSessionLimits' });
    expect(JSON.parse(await answer)).not.toHaveProperty('gatewayRateLimits');
  });

  test('a push is acknowledged and the record says so', async () => {
    const platform = await platformWith();
    const { client } = await clientOf(platform);
    const got = new Promise((resolve) => client.once('message', (topic, body) => resolve([topic, body.toString()])));
    const push = platform.push('v1/gateway/rpc', { device: 'A', data: { id: 0, method: 'm', params: 1 } });
    expect(await got).toEqual(['v1/gateway/rpc', '{"device":"A","data":{"id":0,"method":"m","params":1}}']);
    await platform.until(() => push.acknowledgedAt !== undefined);
  });
});

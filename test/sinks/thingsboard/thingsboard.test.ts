import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NEVER } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../../src/model/fact.js';
import { GATEWAY_DEVICE } from '../../../src/model/message.js';
import type { Data } from '../../../src/model/message.js';
import { linkBackoff } from '../../../src/sinks/thingsboard/links.js';
import { LinkLost } from '../../../src/sinks/thingsboard/link-lost.js';
import { thingsboard } from '../../../src/sinks/thingsboard/thingsboard.js';
import { startPlatform } from '../../peers/platform.js';
import { peer } from '../../peers/require-peer.js';
import { haveOpenssl, selfSigned } from '../../peers/self-signed.js';
import { until } from '../../until.js';
import { configOf, contextOf, data, rigs } from './rig.js';
import type { Rig } from './rig.js';

const start = rigs();
const connectsOf = ({ platform }: Rig, connection: number): string[] =>
  platform.log
    .filter((record) => record.topic === 'v1/gateway/connect' && record.connection === connection)
    .flatMap(({ devices }) => devices);
/** The answer to getSessionLimits has come once a later message of the platform has. */
const limitsKnown = async (made: Rig): Promise<void> => {
  await until(() => made.platform.log[0]?.outcome === 0);
  made.platform.push('v1/devices/me/rpc/request/1', { method: 'noted' });
  await until(() => made.commands.length === 1);
};
const attributes = (device: string, values: Data['attributes']): Data => ({
  kind: 'data',
  device,
  profile: 'meter',
  telemetry: [],
  attributes: values,
});

describe('a session', () => {
  test('subscribes to exactly the filters of the contract and asks for the limits', async () => {
    const { platform } = await start();
    await until(() => platform.log.length === 1);
    expect(platform.subscriptions.map(({ filter, qos }) => `${filter} ${qos}`)).toEqual([
      'v1/gateway/attributes 1',
      'v1/gateway/attributes/response 1',
      'v1/gateway/rpc 1',
      'v1/devices/me/attributes 1',
      'v1/devices/me/attributes/response/+ 1',
      'v1/devices/me/rpc/request/+ 1',
      'v1/devices/me/rpc/response/+ 1',
    ]);
    expect(platform.log[0]?.topic).toBe('v1/devices/me/rpc/request/1');
  });

  test('after a reconnect every device is announced again, before its data or in idle time', async () => {
    const made = await start();
    made.send(data('A', 1), data('B', 1), data('C', 1));
    await until(() => made.acked.length === 3);
    await made.platform.goAway();
    made.send(data('B', 2));
    await made.platform.comeBack();
    await until(() => made.acked.length === 4 && connectsOf(made, 2).length === 3);
    expect(connectsOf(made, 2).sort()).toEqual(['A', 'B', 'C']);
    expect(made.platform.violations).toEqual([]);
  });

  test('what was published while the platform was away arrives in the order of each device', async () => {
    const made = await start({ pubackDelayMs: 5 });
    for (let ts = 1; ts <= 300; ts += 1) {
      made.send(data('A', ts), data('B', ts));
      if (ts === 100) made.platform.kick(152);
      if (ts === 200) await made.platform.goAway();
      if (ts % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await made.platform.comeBack();
    await until(() => made.acked.length === 600);
    for (const device of ['A', 'B']) {
      const first = [...new Set(made.platform.arrivals.filter((a) => a.device === device).map(({ ts }) => ts))];
      expect(first).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
    }
    expect(made.platform.violations).toEqual([]);
  });

  test('refused credentials are a state and an alert of their own, and nothing is lost', async () => {
    const made = await start({}, { security: { accessToken: 'WRONG' } });
    made.send(data('A', 1));
    await until(() => made.alerts().includes('CREDENTIALS_REFUSED'));
    expect(made.facts).toContainEqual(expect.objectContaining({ kind: 'state', phase: 'refused' }));
    expect(JSON.stringify(made.facts)).not.toContain('WRONG');
    made.platform.options.accept = { accessToken: 'WRONG' };
    await until(() => made.acked.length === 1);
  });

  test('the wait after refused credentials, no gateway and a second client is a minute or more', () => {
    for (const code of ['CREDENTIALS_REFUSED', 'NOT_A_GATEWAY', 'DUPLICATE_GATEWAY'] as const)
      expect(linkBackoff(0, new LinkLost(code, ''))).toBeGreaterThanOrEqual(60_000);
    expect(linkBackoff(0, new LinkLost('BROKER_UNREACHABLE', ''))).toBeLessThanOrEqual(1_000);
    expect(linkBackoff(50, new LinkLost('BROKER_UNREACHABLE', ''))).toBeLessThanOrEqual(60_000);
  });

  test('a second client with the same credentials is an alert', async () => {
    const made = await start();
    await until(() => made.platform.live() !== undefined);
    made.platform.kick(142);
    await until(() => made.alerts().includes('DUPLICATE_GATEWAY'));
  });

  test('a file that cannot be read is fatal and named', async () => {
    const config = configOf({ port: 1, security: { accessToken: 'T', caCert: 'missing.pem' } });
    const error = await new Promise((resolve) =>
      thingsboard(config, contextOf([]))(NEVER).subscribe({ error: resolve }),
    );
    expect(error).toMatchObject({ name: 'FatalError', code: 'CONFIG_INVALID' });
    expect(String(error)).toContain('missing.pem');
  });
});

describe('messages', () => {
  test('multi-byte payloads keep to the limit in encoded bytes', async () => {
    const made = await start({}, { maxPayloadSizeBytes: 400 });
    const text = '温度😀é'.repeat(5);
    made.send(...Array.from({ length: 40 }, (_, i) => data('Gerät 😀', i + 1, { text, n: i })));
    await until(() => made.acked.length === 40);
    const sizes = made.platform.log
      .filter(({ topic }) => topic === 'v1/gateway/telemetry')
      .map(({ payload }) => Buffer.byteLength(payload));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(400);
    expect(Math.max(...sizes)).toBeGreaterThan(200);
  });

  test('the limits that the platform names are kept to, and lower the payload size', async () => {
    const made = await start(
      { maxPacketBytes: 600, limits: { gateway: { telemetryMessages: '5:1', messages: '5:1' } } },
      { maxDevicesPerPublish: 1 },
    );
    await limitsKnown(made);
    for (let ts = 1; ts <= 8; ts += 1) {
      made.send(data('A', ts, { text: 'x'.repeat(300) }));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await until(() => made.acked.length === 8, 15_000);
    expect(made.platform.violations).toEqual([]);
    expect(made.nacked).toEqual([]);
  });

  test('a single point over the hard limit of the platform is refused without a try', async () => {
    const made = await start({ maxPacketBytes: 600 });
    await limitsKnown(made);
    made.send(data('A', 1, { text: 'x'.repeat(700) }));
    await until(() => made.nacked.length === 1);
    expect(made.nacked[0]?.why.name).toBe('Refused');
    expect(made.platform.connections()).toBe(1);
  });

  test('of attributes the last wins, even where a publish was withheld', async () => {
    let first = true;
    const made = await start({
      respond: ({ topic }) => {
        if (topic !== 'v1/gateway/attributes' || !first) return undefined;
        first = false;
        return { withhold: true, store: false };
      },
    });
    made.send(attributes('A', { v: 1 }));
    await until(() => !first);
    made.send(attributes('A', { v: 2 }), attributes('A', { v: 3, w: 1 }));
    made.platform.kick(152);
    await until(() => made.acked.length === 3);
    const sent = made.platform.log
      .filter(({ topic }) => topic === 'v1/gateway/attributes')
      .map(({ payload }) => payload);
    expect(sent).toEqual(['{"A":{"v":1}}', '{"A":{"v":1}}', '{"A":{"v":3,"w":1}}']);
  });

  test('connected, data, disconnected, data: in that order, announced again', async () => {
    const made = await start();
    made.send({ kind: 'connected', device: 'A', profile: 'meter' });
    await until(() => made.acked.length === 1);
    made.send(data('A', 1), { kind: 'disconnected', device: 'A' }, data('A', 2));
    await until(() => made.acked.length === 4);
    expect(made.platform.log.slice(1).map(({ topic }) => topic.replace('v1/gateway/', ''))).toEqual([
      'connect',
      'telemetry',
      'disconnect',
      'connect',
      'telemetry',
    ]);
    expect(made.platform.violations).toEqual([]);
  });

  test('an older server never acknowledges connect: connected is acknowledged after 5 s, data is not held up', async () => {
    const made = await start({ ackConnect: false, pace: 5 });
    made.send({ kind: 'connected', device: 'A', profile: 'meter' }, data('A', 1));
    await until(() => made.acked.length === 1, 800);
    expect(made.acked[0]?.kind).toBe('data');
    await until(() => made.acked.length === 2, 7_000);
  });

  test('own data and claims go to their topics', async () => {
    const made = await start();
    made.send(data(GATEWAY_DEVICE, 5, { cpu: 1 }), attributes(GATEWAY_DEVICE, { v: 1 }), data('A', 1), {
      kind: 'claim',
      device: 'A',
      secretKey: 's',
      durationMs: 9,
    });
    await until(() => made.acked.length === 4);
    expect(made.platform.ownArrivals).toMatchObject([{ ts: 5, values: { cpu: 1 } }]);
    expect(made.platform.own.attributes.get('v')).toBe(1);
    await until(() => made.platform.devices.get('A')?.claims.length === 1);
    expect(made.platform.devices.get('A')?.claims).toEqual([{ secretKey: 's', durationMs: 9 }]);
  });

  test('a device that was deleted on the platform is announced before its next data', async () => {
    const made = await start();
    made.send(data('A', 1));
    await until(() => made.acked.length === 1);
    made.platform.push('v1/devices/me/rpc/request/4', { method: 'gateway_device_deleted', params: 'A' });
    await until(() => made.commands.length === 1);
    made.send(data('A', 2));
    await until(() => made.acked.length === 2);
    expect(connectsOf(made, 1)).toEqual(['A', 'A']);
  });

  test('a device that was renamed is announced under its new name, with its profile, on the next connection', async () => {
    const made = await start();
    made.send(data('A', 1), data('B', 1));
    await until(() => made.acked.length === 2);
    const rename = { method: 'gateway_device_renamed', params: { A: 'C' } };
    made.platform.push('v1/devices/me/rpc/request/4', rename);
    await until(() => made.commands.length === 1);
    made.platform.kick();
    await until(() => connectsOf(made, 2).length === 2);
    expect([...connectsOf(made, 2)].sort()).toEqual(['B', 'C']);
    expect(made.platform.devices.get('C')?.profile).toBe('meter');
  });

  test('several devices share a publish where that is configured', async () => {
    const made = await start({}, { maxDevicesPerPublish: 10 });
    made.send(data('A', 1), data('B', 1), data('C', 1));
    await until(() => made.acked.length === 3);
    expect(made.platform.log.filter(({ topic }) => topic === 'v1/gateway/telemetry')).toHaveLength(1);
  });
});

describe('commands and their answers', () => {
  test('a device RPC and its reply', async () => {
    const made = await start();
    made.send(data('A', 1));
    await until(() => made.acked.length === 1);
    made.platform.push('v1/gateway/rpc', { device: 'A', data: { id: 7, method: 'set', params: { on: true } } });
    await until(() => made.commands.length === 1);
    expect(made.commands).toEqual([{ kind: 'rpc', device: 'A', id: 7, method: 'set', params: { on: true } }]);
    made.send({ kind: 'reply', device: 'A', id: 7, content: { ok: true } });
    await until(() => made.acked.length === 2);
    expect(made.platform.devices.get('A')?.rpcReplies).toEqual([{ id: 7, data: { ok: true } }]);
  });

  test('a reply of a device that no message has told of: the platform knows whom it has asked', async () => {
    const made = await start();
    await until(() => made.platform.live() !== undefined);
    made.send({ kind: 'reply', device: 'stranger', id: 1, content: { error: 'unknown' } });
    await until(() => made.acked.length === 1, 5_000);
    expect(made.platform.devices.get('stranger')?.rpcReplies).toEqual([{ id: 1, data: { error: 'unknown' } }]);
    expect(connectsOf(made, 1)).toEqual([]);
  });

  test('an RPC to the gateway itself and its reply', async () => {
    const made = await start();
    await until(() => made.platform.live() !== undefined);
    made.platform.push('v1/devices/me/rpc/request/3', { method: 'gateway_ping', params: null });
    await until(() => made.commands.length === 1);
    made.send({ kind: 'reply', id: 3, content: { code: 200 } });
    await until(() => made.acked.length === 1);
    expect(made.platform.own.rpcReplies).toEqual([{ id: 3, data: { code: 200 } }]);
  });

  test('attribute requests of two devices with the same id get their own answers', async () => {
    const made = await start();
    made.send(data('A', 1), data('B', 1));
    await until(() => made.acked.length === 2);
    made.platform.devices.get('A')?.shared.set('k', 'of A');
    made.platform.devices.get('B')?.shared.set('k', 'of B');
    for (const device of ['A', 'B'])
      made.send({ kind: 'attributeRequest', device, id: 1, scope: 'shared', keys: ['k'] });
    await until(() => made.commands.length === 2);
    expect(made.commands).toEqual(
      expect.arrayContaining(
        ['A', 'B'].map((device) => ({ kind: 'attributeValues', device, id: 1, value: `of ${device}` })),
      ),
    );
  });

  test('an attribute request of a device that is not known yet waits for its profile', async () => {
    const made = await start();
    made.send({ kind: 'attributeRequest', device: 'A', id: 1, scope: 'client', keys: ['k', 'l'] }, data('A', 1));
    await until(() => made.acked.length === 2 && made.commands.length === 1);
    expect(made.platform.violations).toEqual([]);
    expect(made.commands).toEqual([{ kind: 'attributeValues', device: 'A', id: 1 }]);
  });

  test('a reply that the platform refuses is refused', async () => {
    const made = await start({
      respond: ({ topic }) => (topic.includes('rpc/response') ? { reason: 144 } : undefined),
    });
    made.send({ kind: 'reply', id: 3, content: 1 });
    await until(() => made.nacked.length === 1);
    expect(made.nacked[0]?.why.name).toBe('Refused');
  });

  test('what cannot be understood is counted and passed over', async () => {
    const made = await start();
    await until(() => made.platform.live() !== undefined);
    for (const payload of [
      '{',
      '[]',
      '{"device":"","data":{}}',
      '{"device":"A"}',
      '{"device":"A","data":{"id":"x","method":1}}',
    ])
      made.platform.push('v1/gateway/rpc', payload);
    made.platform.push('v1/gateway/attributes', { device: 'A', data: { v: 1, deleted: ['w'] } });
    made.platform.push('v1/devices/me/attributes', { deleted: 5, x: 1 });
    await until(() => made.commands.length === 2);
    expect(made.commands).toEqual([
      { kind: 'attributeUpdate', device: 'A', values: { v: 1 }, deleted: ['w'] },
      { kind: 'attributeUpdate', values: { deleted: 5, x: 1 }, deleted: [] },
    ]);
    expect(made.counted('failed')).toBe(5);
  });
});

describe('the end', () => {
  test('completes when everything is acknowledged, after DISCONNECT', async () => {
    const made = await start();
    made.send(data('A', 1));
    await until(() => made.platform.live() !== undefined && made.acked.length === 1);
    made.send(data('A', 2));
    made.end();
    await until(() => made.state.completed, 1_000);
    expect(made.acked).toHaveLength(2);
    await until(() => made.platform.live() === undefined, 1_000);
  });

  test('waits two seconds at most and leaves the rest unsettled', async () => {
    const made = await start({
      pace: 5,
      respond: ({ topic }) => (topic === 'v1/gateway/telemetry' ? { withhold: true } : undefined),
    });
    made.send(data('A', 1));
    await until(() => made.platform.log.some(({ outcome }) => outcome === 'withheld'));
    made.end();
    await until(() => made.state.completed, 3_000);
    expect([made.acked, made.nacked]).toEqual([[], []]);
  });

  test('does not wait without a connection', async () => {
    const made = await start({}, {}, () => 60_000);
    await until(() => made.platform.live() !== undefined);
    await made.platform.goAway();
    made.send(data('A', 1));
    made.end();
    await until(() => made.state.completed, 500);
    expect([made.acked, made.nacked]).toEqual([[], []]);
  });
});

peer('openssl', haveOpenssl())('TLS', () => {
  const served = async (security: Record<string, unknown>, ca: string): Promise<Fact[]> => {
    const folder = await mkdtemp(join(tmpdir(), 'sink-'));
    await writeFile(join(folder, 'ca.pem'), ca);
    const tls = selfSigned();
    if (ca === '') await writeFile(join(folder, 'ca.pem'), tls.cert);
    const platform = await startPlatform({ tls });
    const facts: Fact[] = [];
    const sink = thingsboard(configOf({ host: 'localhost', port: platform.port, security }), contextOf(facts, folder), {
      backoff: () => 60_000,
    });
    const subscription = sink(NEVER).subscribe();
    await until(() =>
      facts.some((fact) => fact.kind === 'state' && ['connected', 'reconnecting'].includes(fact.phase)),
    );
    subscription.unsubscribe();
    await platform.close();
    await rm(folder, { recursive: true });
    return facts;
  };
  const phases = (facts: readonly Fact[]) => facts.flatMap((fact) => (fact.kind === 'state' ? [fact.phase] : []));

  test('serves with the authority that signed the certificate', async () => {
    expect(phases(await served({ type: 'tlsAccessToken', accessToken: 'TOKEN', caCert: 'ca.pem' }, ''))).toContain(
      'connected',
    );
  });

  test('a certificate of another authority is refused, also with insecure', async () => {
    for (const insecure of [false, true]) {
      const facts = await served(
        { type: 'tlsAccessToken', accessToken: 'TOKEN', caCert: 'ca.pem', insecure },
        selfSigned().cert,
      );
      expect(phases(facts)).not.toContain('connected');
    }
  });
});

test('the sample configuration of the incumbent is read', () => {
  const sample = JSON.parse(
    readFileSync(new URL('../../fixtures/compat/thingsboard_gateway/config/tb_gateway.json', import.meta.url), 'utf8'),
  ) as {
    thingsboard: Record<string, unknown>;
  };
  expect(configOf(sample.thingsboard)).toMatchObject({
    host: 'thingsboard.cloud',
    deviceRateLimits: [
      { n: 15, seconds: 1 },
      { n: 300, seconds: 60 },
    ],
    deviceDpRateLimits: [],
  });
});

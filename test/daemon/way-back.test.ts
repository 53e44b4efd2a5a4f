import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { haveMosquitto } from '../peers/mosquitto.js';
import type { Platform } from '../peers/platform.js';
import { peer } from '../peers/require-peer.js';
import { staged } from './staged.js';

const LONGER_THAN_A_REQUEST = 15_000;

/** Calls of these methods are asked at `call/<device>/<id>`, and answered at `answer/<device>/<id>` within so many milliseconds. */
const calls = (responseTimeout: number) => ({
  requestsMapping: {
    serverSideRpc: [
      {
        deviceNameFilter: '.*',
        methodFilter: '^(echo|unanswered)$',
        requestTopicExpression: 'call/${deviceName}/${requestId}',
        responseTopicExpression: 'answer/${deviceName}/${requestId}',
        responseTimeout,
        valueExpression: '${params}',
      },
    ],
  },
});

/** Asks as the platform does, and waits for answers. */
const asking = (platform: Platform) => {
  const of = (device: string | undefined) => (device === undefined ? platform.own : platform.devices.get(device));
  const replies = (device: string | undefined, id: number) =>
    (of(device)?.rpcReplies ?? []).filter((reply) => reply.id === id).map(({ data }) => data);
  return {
    replies,
    ask: (device: string | undefined, id: number, method: string, params: unknown = null) =>
      device === undefined
        ? platform.push(`v1/devices/me/rpc/request/${id}`, { method, params })
        : platform.push('v1/gateway/rpc', { device, data: { id, method, params } }),
    answer: async (device: string | undefined, id: number, count = 1): Promise<unknown> => {
      const what = `answer ${count} to request ${id} of ${device ?? 'the gateway'}`;
      await platform.until(() => replies(device, id).length >= count, LONGER_THAN_A_REQUEST, what);
      return replies(device, id).at(-1);
    },
    /** Waits until the platform has the latest reading of this device under this name. */
    reading: (name: string, seq: number) => {
      const has = () => [...(platform.devices.get(name)?.telemetry.get('seq')?.values() ?? [])].includes(seq);
      return platform.until(has, 20_000, `reading ${seq} of ${name}`);
    },
  };
};

peer('mosquitto', haveMosquitto())('the way back', () => {
  const stage = staged();
  const started = async (options: Parameters<typeof stage>[0] = {}) => {
    const it = await stage({ connector: calls(60_000), ...options });
    const daemon = it.start();
    const devices = await it.devices({ count: 1 });
    /** What was asked of devices, in order; they answer it with what it says. */
    const called: string[] = [];
    devices.client.on('message', (topic, payload) => {
      called.push(topic);
      if (payload.toString() !== '"silence"') void devices.publish(topic.replace('call/', 'answer/'), payload);
    });
    await devices.client.subscribeAsync('call/#', { qos: 1 });
    const say = (device: string, seq: number) => devices.publish(`sensor/${device}/data`, JSON.stringify({ seq }));
    return { ...it, ...asking(it.platform), daemon, devices, called, say };
  };

  test('answers a request for a device that it does not know, and one that nobody answers, once each', async () => {
    const { ask, answer, replies, say, reading, daemon } = await started({ connector: calls(500) });
    await say('known', 1);
    await reading('known', 1);
    ask('stranger', 1, 'set');
    ask('known', 1, 'unanswered', 'silence');
    expect(await answer('stranger', 1)).toMatchObject({ code: 404 });
    expect(await answer('known', 1)).toEqual({ error: 'no answer on answer/known/1 within 500 ms', code: 408 });
    await say('known', 2);
    await reading('known', 2);
    expect([replies('stranger', 1).length, replies('known', 1).length]).toEqual([1, 1]);
    expect(daemon.ended()).toBeUndefined();
  }, 60_000);

  test('waits as long as the rule of the call says, where that is longer than rpcTimeoutSeconds', async () => {
    const { ask, answer, replies, say, reading, daemon, devices, called } = await started({
      connector: calls(5_000),
      main: { rpcTimeoutSeconds: 1 },
    });
    await say('a', 1);
    await reading('a', 1);
    devices.client.on('message', (topic) => {
      if (topic === 'call/a/1') setTimeout(() => void devices.publish('answer/a/1', '"at last"'), 2_000);
    });
    ask('a', 1, 'echo', 'silence');
    expect(await answer('a', 1)).toBe('at last');
    expect([called, replies('a', 1)]).toEqual([['call/a/1'], ['at last']]);
    expect(daemon.counted('late')).toBe(0);
  }, 60_000);

  test('an answer that comes after the deadline is dropped, and the platform has heard one', async () => {
    const { ask, answer, replies, say, reading, devices, called } = await started({ connector: calls(500) });
    await say('a', 1);
    await reading('a', 1);
    ask('a', 1, 'echo', 'silence');
    await vi.waitFor(() => expect(called).toEqual(['call/a/1']), { timeout: 10_000 });
    const timeout = { error: 'no answer on answer/a/1 within 500 ms', code: 408 };
    expect(await answer('a', 1)).toEqual(timeout);
    await devices.publish('answer/a/1', '"too late"');
    // What comes behind it has left behind it.
    ask('a', 2, 'echo', 'in time');
    expect(await answer('a', 2)).toBe('in time');
    expect(replies('a', 1)).toEqual([timeout]);
  }, 60_000);

  test('an answer of a megabyte, which the platform does not take, is answered with an error that says so', async () => {
    const { platform, ask, answer, replies, called, say, reading } = await started();
    await say('a', 1);
    await reading('a', 1);
    ask('a', 1, 'echo', 'x'.repeat(1_000_000));
    expect(await answer('a', 1)).toEqual({
      error: expect.stringContaining('the platform does not take the answer') as string,
      code: 500,
    });
    ask('a', 2, 'echo', 'short');
    expect(await answer('a', 2)).toBe('short');
    expect([called, replies('a', 1).length]).toEqual([['call/a/1', 'call/a/2'], 1]);
    expect([platform.connections(), platform.violations]).toEqual([1, []]);
  }, 60_000);

  test('answers for the gateway itself, and starts again in the same process when it is asked to', async () => {
    const { platform, ask, answer, say, reading, daemon } = await started();
    await say('a', 1);
    await reading('a', 1);
    ask(undefined, 1, 'gateway_ping');
    ask(undefined, 2, 'gateway_devices');
    ask(undefined, 3, 'gateway_reboot');
    ask(undefined, 4, 'gateway_nothing');
    ask(undefined, 5, 'gateway_version');
    ask(undefined, 6, 'gateway_stats');
    expect(await answer(undefined, 1)).toEqual({ code: 200, resp: 'pong' });
    expect(await answer(undefined, 2)).toEqual({ code: 200, resp: { a: 'Devices' } });
    expect(await answer(undefined, 3)).toMatchObject({ code: 403 });
    expect(await answer(undefined, 4)).toEqual({ error: 'Method not found', code: 404 });
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await answer(undefined, 5)).toMatchObject({ resp: { current_version: version } });
    expect(await answer(undefined, 6)).toMatchObject({ eventsProduced: 1, DevicesEventsProduced: 1 });

    const before = platform.connections();
    ask(undefined, 7, 'gateway_restart', 1);
    expect(await answer(undefined, 7)).toEqual({ success: true });
    await platform.until(
      () => platform.connections() > before && platform.live() !== undefined,
      20_000,
      'a new session',
    );
    await say('a', 2);
    await reading('a', 2);
    ask(undefined, 8, 'gateway_ping');
    expect(await answer(undefined, 8)).toEqual({ code: 200, resp: 'pong' });
    expect((await daemon.sums(({ queued }) => queued === 0)).received).toBe(2);
    expect(daemon.ended()).toBeUndefined();
    expect((await daemon.terminate()).code).toBe(0);
    expect(platform.violations).toEqual([]);
  }, 60_000);

  test('a request that is delivered twice is carried out once, and its answer is sent twice', async () => {
    const { ask, answer, called, say, reading } = await started();
    await say('a', 1);
    await reading('a', 1);
    ask('a', 5, 'echo', { n: 1 });
    ask('a', 5, 'echo', { n: 1 });
    expect(await answer('a', 5)).toEqual({ n: 1 });
    ask('a', 5, 'echo', { n: 1 });
    expect(await answer('a', 5, 2)).toEqual({ n: 1 });
    expect(called).toEqual(['call/a/5']);
    // The platform counts from 0 again: this is another one.
    ask('a', 5, 'echo', { n: 2 });
    expect(await answer('a', 5, 3)).toEqual({ n: 2 });
    expect(called).toHaveLength(2);
  }, 60_000);

  test('a thousand requests in a second are answered once each, and none mixed up', async () => {
    const { platform, ask, replies, say, reading, daemon } = await started();
    const names = Array.from({ length: 10 }, (_, i) => `d${i}`);
    for (const name of names) {
      await say(name, 1);
      await reading(name, 1);
    }
    const all = Array.from({ length: 1_000 }, (_, i) => ({ device: names[i % 10]!, id: Math.floor(i / 10) }));
    for (const { device, id } of all) ask(device, id, 'echo', { device, id });
    const answered = () => all.filter(({ device, id }) => replies(device, id).length > 0).length;
    await platform
      .until(() => answered() === all.length, 20_000, 'a thousand answers')
      .catch((error: unknown) => {
        throw new Error(`${answered()} came: ${String(error)} ${daemon.output().slice(-1_000)}`);
      });
    for (const { device, id } of all) expect(replies(device, id)).toEqual([{ device, id }]);
    expect(platform.violations).toEqual([]);
  }, 60_000);

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'a request that was begun before %s is carried out once, and its device is still known',
    async (signal) => {
      const { platform, ask, answer, replies, called, say, reading, daemon, ...on } = await started();
      await say('a', 1);
      await reading('a', 1);
      ask('a', 0, 'unanswered', 'silence');
      await vi.waitFor(() => expect(called).toHaveLength(1), { timeout: 10_000 });
      daemon.signal(signal);
      await daemon.exit;
      const sessions = platform.connections();
      on.start();
      const isBack = () => platform.connections() > sessions && platform.live()?.open.has('a') === true;
      await platform.until(isBack, 20_000, 'the device is announced again');
      // At its orderly end the gateway has said that it stops, and the platform asks no more.
      if (signal === 'SIGTERM') expect(replies('a', 0)).toEqual([{ error: expect.any(String) as string, code: 503 }]);
      else {
        expect(replies('a', 0)).toEqual([]);
        ask('a', 0, 'unanswered', 'silence');
        expect(await answer('a', 0)).toMatchObject({ error: expect.stringContaining('interrupted') as string });
      }
      // Before its first reading in this run.
      ask('a', 1, 'echo', 'hello');
      expect(await answer('a', 1)).toBe('hello');
      expect(called).toEqual(['call/a/0', 'call/a/1']);
      expect(platform.violations).toEqual([]);
    },
    60_000,
  );

  test('a renamed device sends under its new name, over a restart, until it has its own name again', async () => {
    const { platform, ask, answer, called, say, reading, daemon, ...on } = await started();
    await say('a', 1);
    await reading('a', 1);
    ask(undefined, 1, 'gateway_device_renamed', { a: 'b' });
    expect(await answer(undefined, 1)).toEqual({ success: true });
    await say('a', 2);
    await reading('b', 2);
    ask('b', 1, 'echo', 'hello');
    expect(await answer('b', 1)).toBe('hello');
    expect(called).toEqual(['call/a/1']);
    expect((await daemon.terminate()).code).toBe(0);

    on.start();
    await say('a', 3);
    await reading('b', 3);
    ask(undefined, 2, 'gateway_device_renamed', { b: '__proto__' });
    await answer(undefined, 2);
    await say('a', 4);
    await reading('__proto__', 4);
    ask(undefined, 3, 'gateway_device_renamed', { ['__proto__']: 'a' });
    await answer(undefined, 3);
    await say('a', 5);
    await reading('a', 5);
    expect(platform.devices.get('b')?.profile).toBe('Thermometer');
    expect(platform.violations).toEqual([]);
  }, 60_000);

  test('a deleted device is made again under its profile with its next data, and not by a restart', async () => {
    const { platform, ask, answer, say, reading, daemon, ...on } = await started();
    const connects = () => platform.devices.get('a')?.counts.connects ?? 0;
    for (const device of ['a', 'z']) {
      await say(device, 1);
      await reading(device, 1);
    }
    ask(undefined, 1, 'gateway_device_deleted', 'a');
    expect(await answer(undefined, 1)).toEqual({ success: true });
    await platform.until(() => platform.live()?.open.has('a') === false, 10_000, 'the end of the deleted device');
    await daemon.sums(({ queued }) => queued === 0);
    expect((await daemon.terminate()).code).toBe(0);
    const before = connects();

    on.start();
    await platform.until(() => platform.live()?.open.has('z') === true, 20_000, 'the other device');
    await say('z', 2);
    await reading('z', 2);
    expect(connects()).toBe(before);
    await say('a', 2);
    await reading('a', 2);
    expect([platform.devices.get('a')?.profile, connects()]).toEqual(['Thermometer', before + 1]);
    expect(platform.violations).toEqual([]);
  }, 60_000);

  test('the devices of the incumbent are known at the first start, and renamed as they were', async () => {
    const it = await stage();
    const file = {
      a: { connectorName: 'Devices', deviceType: 'Thermometer', renaming: 'a now', disconnected: false },
      b: ['Devices', 'Thermometer'],
      c: ['Gone', 'Thermometer'],
    };
    writeFileSync(join(it.folder, 'connected_devices.json'), JSON.stringify(file));
    const { ask, answer } = asking(it.platform);
    const daemon = it.start();
    await it.platform.until(() => ['a now', 'b'].every((name) => it.platform.live()?.open.has(name)), 20_000, 'both');
    expect(it.platform.devices.get('a now')?.profile).toBe('Thermometer');
    expect(it.platform.devices.get('c')).toBeUndefined();
    expect(daemon.output()).toContain('the connector of "c", "Gone", is not configured');
    ask('a now', 1, 'set');
    expect(await answer('a now', 1)).not.toMatchObject({
      error: expect.stringContaining('no connector has') as string,
    });
  }, 60_000);

  test('the platform is told by which connector a device is connected, once', async () => {
    const { platform, say, reading } = await started();
    for (const seq of [1, 2, 3]) await say('a', seq);
    await reading('a', 3);
    const told = () =>
      platform.log.filter(
        ({ topic, payload }) => topic === 'v1/gateway/attributes' && payload.includes('connectorType'),
      );
    await platform.until(() => told().length > 0, 10_000, 'the attributes');
    expect(told()).toHaveLength(1);
    expect(Object.fromEntries(platform.devices.get('a')!.attributes)).toEqual({
      connectorType: 'mqtt',
      connectorName: 'Devices',
    });
  }, 60_000);
});

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { balance } from '../../src/operators/tally.js';
import { haveMosquitto } from '../peers/mosquitto.js';
import { peer } from '../peers/require-peer.js';
import { staged } from './staged.js';

type Tree = Record<string, unknown>;
type MqttFile = Tree & { readonly broker: Tree; readonly mapping: readonly Tree[] };
type MainFile = Tree & { readonly thingsboard: Tree; readonly connectors: readonly Tree[] };

/** One that must not come while a test runs: what is noticed is heard. */
const NEVER = 100_000;

peer('mosquitto', haveMosquitto())('while the gateway runs', () => {
  const stage = staged();
  const started = async ({ period = NEVER, ...options }: Parameters<typeof stage>[0] & { period?: number } = {}) => {
    const it = await stage({ ...options, thingsboard: { checkConnectorsConfigurationInSeconds: period } });
    const path = (name: string): string => join(it.folder, name);
    const read = (name: string): unknown => JSON.parse(readFileSync(path(name), 'utf8'));
    const write = (name: string, content: unknown): void =>
      writeFileSync(path(name), typeof content === 'string' ? content : JSON.stringify(content));
    /** As editors do it. */
    const replace = (name: string, content: unknown): void => {
      write(`${name}.swp`, content);
      renameSync(path(`${name}.swp`), path(name));
    };
    const mqtt = read('mqtt.json') as MqttFile;
    const main = read('tb_gateway.json') as MainFile;
    const twin = { ...mqtt, broker: { ...mqtt.broker, clientId: 'twin' }, mapping: [] as readonly Tree[] };
    write('twin.json', twin);
    const entry = { name: 'Twin', type: 'mqtt', configuration: 'twin.json' };
    const both = { ...main, connectors: [...main.connectors, entry] };
    write('tb_gateway.json', both);
    const daemon = it.start();
    const devices = await it.devices({ count: 5 });
    const times = (who: string, phase: string): number =>
      daemon.facts.filter((fact) => fact.kind === 'state' && fact.who === who && fact.phase === phase).length;
    const connected = (who: string, n: number) =>
      daemon.until(() => times(who, 'connected') === n, 20_000, `${who} connected ${n} times`);
    const lines = (text: string): number => daemon.output().split(text).length - 1;
    const said = (text: string, n = 1) => daemon.until(() => lines(text) >= n, 20_000, `${n} times: ${text}`);
    const has = (device: string, seq: number) =>
      it.platform.until(
        () => [...(it.platform.devices.get(device)?.telemetry.get('seq')?.values() ?? [])].includes(seq),
        20_000,
        `reading ${seq} of ${device}`,
      );
    const ended = async () => {
      expect((await daemon.terminate()).code).toBe(0);
      expect(it.missing(it.tap.acknowledged.filter(({ topic }) => topic.startsWith('sensor/')))).toEqual([]);
      expect(it.platform.violations).toEqual([]);
      expect(it.tap.counts.orderViolations).toBe(0);
    };
    await connected('Devices', 1);
    await connected('Twin', 1);
    await daemon.phase('thingsboard', 'connected');
    /** Another content that means the same, but for `n`. */
    const edited = (n: number): MqttFile => ({ ...mqtt, broker: { ...mqtt.broker, keepAlive: 100 + n } });
    const say = (topic: string, seq: number) => devices.publish(topic, JSON.stringify({ seq }));
    return {
      ...it,
      daemon,
      devices,
      mqtt,
      both,
      twin,
      entry,
      edited,
      times,
      connected,
      lines,
      said,
      has,
      ended,
      write,
      replace,
      say,
      path,
    };
  };

  test('an edit of a connector’s file starts that connector again, alone, and nothing of what flows is lost', async () => {
    const it = await started();
    const { devices, daemon, connected, replace, write, edited } = it;
    devices.load(200);
    await it.arrived(100);
    for (const n of [1, 2, 3, 4]) {
      (n % 2 === 0 ? write : replace)('mqtt.json', edited(n));
      await connected('Devices', n + 1);
      await it.arrived(it.book.report().unique + 50);
    }
    await devices.pause();
    await it.arrived(devices.sent());
    expect(balance(await daemon.sums(({ queued }) => queued === 0))).toBe(0);
    expect(it.times('Twin', 'connected')).toBe(1);
    expect(it.platform.connections()).toBe(1);
    expect(it.book.report().outOfOrder).toBe(0);
    expect(it.lines('"restarted":["Devices"]')).toBe(4);
    await it.ended();
  }, 90_000);

  test('a file that cannot be used leaves the connector as it is, is said with all its mistakes, and once', async () => {
    const it = await started();
    const { write, edited, said, lines } = it;
    write('mqtt.json', { ...edited(1), mapping: 7, broker: { ...edited(1).broker, keepAlive: 'long' } });
    await said('"faulty":["Devices"]');
    expect(lines('it goes on as it was: The configuration has 2 mistakes:')).toBe(1);
    expect(it.daemon.output()).toMatch(/^ +mqtt\.json: broker\.keepAlive: expected .*, found "long"$/m);
    expect(it.daemon.output()).toMatch(/^ +mqtt\.json: mapping: expected .*, found 7$/m);
    await it.say('sensor/a/data', 1);
    await it.has('a', 1);
    // Half of it, then nothing, then all.
    write('mqtt.json', JSON.stringify(edited(1)).slice(0, 300));
    await said('"faulty":["Devices"]', 2);
    await said('in line 1, column 301');
    rmSync(it.path('mqtt.json'));
    await said('found no such file');
    await it.say('sensor/a/data', 2);
    await it.has('a', 2);
    expect(it.times('Devices', 'connected')).toBe(1);
    write('mqtt.json', edited(1));
    await it.connected('Devices', 2);
    await it.say('sensor/a/data', 3);
    await it.has('a', 3);
    await it.ended();
  }, 90_000);

  test('connectors come and go with the main file, and the devices of one that goes leave', async () => {
    const it = await started();
    const { write, both, said, connected } = it;
    const [first] = it.mqtt.mapping;
    write('twin.json', {
      ...it.twin,
      mapping: [
        {
          ...first,
          topicFilter: 'twin/+/data',
          converter: {
            ...(first!.converter as Tree),
            deviceInfo: {
              deviceNameExpressionSource: 'topic',
              deviceNameExpression: '(?<=twin/)(.*?)(?=/data)',
              deviceProfileExpressionSource: 'constant',
              deviceProfileExpression: 'Thermometer',
            },
          },
        },
      ],
    });
    await connected('Twin', 2);
    await it.say('twin/t/data', 1);
    await it.has('t', 1);
    write('third.json', { ...it.twin, broker: { ...it.twin.broker, clientId: 'third' } });
    const third = { name: 'Third', type: 'mqtt', configuration: 'third.json' };
    write('tb_gateway.json', { ...both, connectors: [both.connectors[0], third] });
    await connected('Third', 1);
    await said('"stopped":["Twin"]');
    await it.platform.until(() => it.platform.devices.get('t')?.counts.disconnects === 1, 20_000, 't is disconnected');
    // What the main file says of no connector waits for a restart; a mistake in it stops nothing.
    write('tb_gateway.json', { ...both, connectors: [both.connectors[0], third], rpcTimeoutSeconds: 5 });
    await said('"keys":["rpcTimeoutSeconds"]');
    write('tb_gateway.json', { ...both, connectors: [{ name: 'Devices' }] });
    await said('the main file cannot be used: everything goes on as it is');
    expect(it.daemon.output()).toMatch(/^ +tb_gateway\.json: connectors\[0\]\.type: expected/m);
    await it.say('sensor/a/data', 1);
    await it.has('a', 1);
    write('tb_gateway.json', both);
    await connected('Twin', 3);
    await it.say('twin/t/data', 2);
    await it.has('t', 2);
    expect(it.times('Devices', 'connected')).toBe(1);
    expect(it.platform.connections()).toBe(1);
    await it.ended();
  }, 90_000);

  test('SIGHUP reads everything now, and says what has changed or that nothing has', async () => {
    const it = await started();
    it.daemon.signal('SIGHUP');
    await it.said('the configuration was read again: nothing has changed');
    it.write('mqtt.json', it.edited(1));
    it.daemon.signal('SIGHUP');
    await it.said('the configuration was read again: connectors have changed {"restarted":["Devices"]}');
    await it.connected('Devices', 2);
    expect(it.times('Twin', 'connected')).toBe(1);
    await it.ended();
  }, 60_000);

  test('calls that come while a connector starts again wait for it', async () => {
    const call = {
      requestsMapping: {
        serverSideRpc: [
          {
            deviceNameFilter: '.*',
            methodFilter: '^echo$',
            requestTopicExpression: 'call/${deviceName}/${requestId}',
            responseTopicExpression: 'answer/${deviceName}/${requestId}',
            responseTimeout: 9_000,
            valueExpression: '${params}',
          },
        ],
      },
    };
    const it = await started({ connector: call });
    const { client, publish } = it.devices;
    client.on('message', (topic, payload) => void publish(topic.replace('call/', 'answer/'), payload));
    await client.subscribeAsync('call/#', { qos: 1 });
    await it.say('sensor/a/data', 1);
    await it.has('a', 1);
    const replies = () => it.platform.devices.get('a')?.rpcReplies ?? [];
    let id = 0;
    const ask = (): void => {
      id += 1;
      it.platform.push('v1/gateway/rpc', { device: 'a', data: { id, method: 'echo', params: id } });
    };
    ask();
    await it.platform.until(() => replies().length === 1, 20_000, 'the first answer');
    it.replace('mqtt.json', it.edited(1));
    // One with each thing that happens, until the new one is there and some later.
    let facts = 0;
    while (it.times('Devices', 'connected') < 2) {
      const before = (facts = it.daemon.facts.length);
      ask();
      await it.daemon.until(() => it.daemon.facts.length > before || replies().length === id);
    }
    expect(facts).toBeGreaterThan(0);
    ask();
    await it.platform.until(() => replies().length >= id, 20_000, 'all answers');
    expect(replies().map((reply) => reply.data)).toEqual(replies().map((reply) => reply.id));
    await it.ended();
  }, 60_000);
});

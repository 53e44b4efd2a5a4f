import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { haveMosquitto } from '../peers/mosquitto.js';
import { peer } from '../peers/require-peer.js';
import type { Stage } from './stage.js';
import { staged } from './staged.js';

type Tree = Record<string, unknown>;

/** Changes a file of the configuration, as an editor would. */
const edit = (folder: string, name: string, change: (content: Tree) => Tree): void => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')) as Tree)));
};

const gateway = ({ platform }: Stage) => {
  const replies = (id: number) => platform.own.rpcReplies.filter((reply) => reply.id === id).map(({ data }) => data);
  return async (id: number, method: string, params: unknown = null): Promise<unknown> => {
    platform.push(`v1/devices/me/rpc/request/${id}`, { method, params });
    await platform.until(() => replies(id).length > 0, 15_000, `the answer to ${method}`);
    expect(replies(id)).toHaveLength(1);
    return replies(id)[0];
  };
};
const arrived = ({ platform }: Stage, device: string, seq: number): Promise<void> =>
  platform.until(
    () => [...(platform.devices.get(device)?.telemetry.get('seq')?.values() ?? [])].includes(seq),
    20_000,
    `reading ${seq} of ${device}`,
  );

peer('mosquitto', haveMosquitto())('gateway_restart', () => {
  const stage = staged();
  const started = async (options: Parameters<typeof stage>[0] = {}) => {
    const it = await stage(options);
    const daemon = it.start();
    const devices = await it.devices({ count: 1 });
    const say = (topic: string, seq: number) => devices.publish(topic, JSON.stringify({ seq }));
    await daemon.phase('Devices', 'connected');
    await daemon.phase('thingsboard', 'connected');
    return { ...it, daemon, devices, say, ask: gateway(it), has: arrived.bind(undefined, it) };
  };
  const ended = { code: 75, signal: null };

  test('with "exit" the reply leaves, what is unsettled stays on disk, and the code is that for another start', async () => {
    const it = await started({ main: { restart: 'exit' } });
    await it.say('sensor/a/data', 1);
    await it.has('a', 1);
    expect(await it.ask(1, 'gateway_restart', 1)).toEqual({ success: true });
    expect(await it.daemon.exit).toEqual(ended);
    expect(it.daemon.output()).toContain('"reason":"gateway_restart"');
    // Nobody is there: the broker keeps it.
    await it.say('sensor/a/data', 2);
    const again = it.start();
    await it.has('a', 2);
    expect((await again.terminate()).code).toBe(0);
    expect(it.missing()).toEqual([]);
    expect(it.platform.violations).toEqual([]);
  }, 60_000);

  test('SIGTERM after it means what it always does', async () => {
    const it = await started({ main: { restart: 'exit' } });
    await it.ask(1, 'gateway_restart', 1);
    await it.daemon.until(() => it.daemon.output().includes('"reason":"gateway_restart"'));
    it.daemon.signal('SIGTERM');
    const { code } = await it.daemon.exit;
    expect([0, ended.code]).toContain(code);
    expect(it.daemon.output()).not.toContain('stopped at once');
  }, 60_000);

  test('in the same process it reads the main file and the connectors’ files again', async () => {
    const it = await started();
    await it.say('sensor/a/data', 1);
    await it.has('a', 1);
    edit(it.folder, 'mqtt.json', (file) => {
      const [first] = file.mapping as Tree[];
      return { ...file, mapping: [...(file.mapping as Tree[]), { ...first, topicFilter: 'sensor/+/data/new' }] };
    });
    edit(it.folder, 'tb_gateway.json', (file) => ({
      ...file,
      connectors: [...(file.connectors as Tree[]), { name: 'Twin', type: 'mqtt', configuration: 'twin.json' }],
    }));
    const twin = JSON.parse(readFileSync(join(it.folder, 'mqtt.json'), 'utf8')) as { broker: Tree };
    writeFileSync(
      join(it.folder, 'twin.json'),
      JSON.stringify({ ...twin, broker: { ...twin.broker, clientId: 'twin' }, mapping: [] }),
    );
    expect(await it.ask(1, 'gateway_restart', 1)).toEqual({ success: true });
    await it.daemon.phase('Twin', 'connected');
    const filters = () => it.daemon.facts.filter((fact) => fact.kind === 'state' && fact.who === 'Devices');
    await it.daemon.until(() => filters().filter((fact) => 'phase' in fact && fact.phase === 'connected').length === 2);
    await it.say('sensor/b/data/new', 2);
    await it.has('b', 2);
    expect(it.daemon.ended()).toBeUndefined();
    expect((await it.daemon.terminate()).code).toBe(0);
    expect(it.platform.violations).toEqual([]);
  }, 60_000);

  test.each<[string, string, (file: Tree) => Tree, RegExp]>([
    ['main file', 'tb_gateway.json', (file) => ({ ...file, restart: 'perhaps' }), /tb_gateway\.json: restart/],
    ['connector’s file', 'mqtt.json', (file) => ({ ...file, mapping: 7 }), /mqtt\.json: mapping/],
    [
      'device filter',
      'tb_gateway.json',
      (file) => ({
        ...file,
        thingsboard: { ...(file.thingsboard as Tree), deviceFiltering: { enable: true, filterFile: 'none.json' } },
      }),
      /none\.json/,
    ],
  ])(
    'a mistake in the %s is the answer, and everything goes on',
    async (_, name, change, said) => {
      const it = await started();
      edit(it.folder, name, change);
      const connections = it.platform.connections();
      const answer = await it.ask(1, 'gateway_restart', 1);
      expect(answer).toMatchObject({ code: 500, error: expect.stringMatching(said) as string });
      await it.say('sensor/a/data', 1);
      await it.has('a', 1);
      expect(it.platform.connections()).toBe(connections);
      expect(it.daemon.output()).not.toContain('starting again');
      expect((await it.daemon.terminate()).code).toBe(0);
    },
    60_000,
  );

  test('a mistake that is made after the answer stops nothing, and is said', async () => {
    const it = await started({ main: { restart: 'exit' } });
    expect(await it.ask(1, 'gateway_restart', 1)).toEqual({ success: true });
    writeFileSync(join(it.folder, 'tb_gateway.json'), '{"thingsboard": ');
    await it.daemon.until(() => it.daemon.output().includes('not started again'), 15_000, 'a line of the log');
    expect(it.daemon.output()).toContain('tb_gateway.json: ');
    await it.say('sensor/a/data', 1);
    await it.has('a', 1);
    expect(it.daemon.ended()).toBeUndefined();
  }, 60_000);

  test('a configuration that is right and cannot be run makes room for the one before it', async () => {
    const it = await started();
    writeFileSync(join(it.folder, 'a-file'), '');
    edit(it.folder, 'tb_gateway.json', (file) => ({
      ...file,
      storage: { type: 'file', data_folder_path: join(it.folder, 'a-file', 'data') },
    }));
    expect(await it.ask(1, 'gateway_restart', 1)).toEqual({ success: true });
    await it.daemon.until(
      () => it.daemon.output().includes('goes on with the one before'),
      15_000,
      'a line of the log',
    );
    await it.say('sensor/a/data', 1);
    await it.has('a', 1);
    expect((await it.daemon.terminate()).code).toBe(0);
  }, 60_000);

  test('credentials that the platform does not give stop the new configuration only', async () => {
    const it = await started();
    edit(it.folder, 'tb_gateway.json', ({ thingsboard, ...file }) => {
      const { security, ...rest } = thingsboard as Tree;
      const provisioning = { provisionDeviceKey: 'unknown', provisionDeviceSecret: 'never-shown' };
      expect(security).toBeDefined();
      return { ...file, thingsboard: { ...rest, provisioning } };
    });
    expect(await it.ask(1, 'gateway_restart', 1)).toEqual({ success: true });
    await it.daemon.until(
      () => it.daemon.output().includes('goes on with the one before'),
      15_000,
      'a line of the log',
    );
    await it.say('sensor/a/data', 1);
    await it.has('a', 1);
    expect(it.daemon.output()).not.toContain('never-shown');
    expect((await it.daemon.terminate()).code).toBe(0);
  }, 60_000);
});

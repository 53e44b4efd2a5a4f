import { expect, it, onTestFinished, vi } from 'vitest';
import { startDaemon } from '../daemon/daemon.js';
import { startAedesBroker } from '../peers/aedes-broker.js';
import { plainClient } from '../peers/plain-client.js';
import { startPlatform } from '../peers/platform.js';
import { installed } from './installed.js';

/** What the scale hears: what it says itself among it. */
const TOLD = ['limit', 'tare', 'weight'].map((topic) => `scale/s1/${topic}`);

it('a converter of one’s own reads what a scale sends, and writes what it is told', async () => {
  const broker = await startAedesBroker();
  onTestFinished(() => broker.close());
  const platform = await startPlatform({ accept: { accessToken: 'TOKEN' } });
  onTestFinished(() => platform.close());
  const folder = installed('custom-converter', 'mqtt', {
    'tb_gateway.json': () => ({
      thingsboard: {
        host: '127.0.0.1',
        port: platform.port,
        security: { type: 'accessToken', accessToken: 'TOKEN' },
        statistics: { enable: false },
      },
    }),
    'mqtt.json': ({ broker: sample }) => ({
      broker: { ...(sample as object), host: '127.0.0.1', port: broker.port, version: 4 },
    }),
  });
  const daemon = startDaemon(folder);
  onTestFinished(() => daemon.kill());
  const scale = await plainClient(broker.port, { protocolVersion: 4 });
  onTestFinished(() => scale.close());
  const told = new Map<string, Buffer>();
  scale.client.on('message', (topic, payload) => told.set(topic, payload));
  await scale.client.subscribeAsync('scale/s1/#', { qos: 1 });
  await daemon.phase('Scales', 'connected');

  await scale.client.publishAsync('scale/s1/weight', Buffer.from([0, 0, 0x27, 0x10]), { qos: 1 });
  await scale.client.publishAsync('scale/s1/weight', Buffer.from([1]), { qos: 1 });
  const grams = (): readonly unknown[] => [...(platform.devices.get('s1')?.telemetry.get('grams')?.values() ?? [])];
  await platform.until(() => grams().includes(1000), 20_000, 'the weight');
  await daemon.until(() => daemon.counted('failed') === 1);

  platform.push('v1/gateway/attributes', { device: 's1', data: { limit: 500, other: 1 } });
  platform.push('v1/gateway/rpc', { device: 's1', data: { id: 1, method: 'tare', params: 2.5 } });
  await platform.until(() => (platform.devices.get('s1')?.rpcReplies.length ?? 0) > 0, 20_000, 'the answer');
  await vi.waitFor(() => expect([...told.keys()].sort()).toEqual(TOLD), 20_000);
  expect([told.get('scale/s1/limit')?.toString('hex'), told.get('scale/s1/tare')?.toString('hex')]).toEqual([
    '00001388',
    '00000019',
  ]);
  expect(platform.devices.get('s1')?.rpcReplies).toMatchObject([{ id: 1, data: { success: true } }]);
  expect(await daemon.terminate()).toEqual({ code: 0, signal: null });
}, 60_000);

import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startDaemon } from '../daemon/daemon.js';
import { startPlatform } from '../peers/platform.js';
import { installed } from './installed.js';

/** A device that speaks lines, and does what it is asked. */
const startDevice = async () => {
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      for (const line of String(bytes).trim().split('\n')) {
        asked.push(line);
        socket.write(`! ${line.split(' ')[1]!} done\n`);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const drop = (): void => sockets.forEach((socket) => socket.destroy());
  onTestFinished(() => {
    drop();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    isThere: () => sockets.size > 0,
    say: (line: string) => sockets.forEach((socket) => socket.write(`${line}\n`)),
    drop,
  };
};

it('a connector of one’s own brings what its devices say, passes over what is no number, answers calls, and comes back', async () => {
  const device = await startDevice();
  const platform = await startPlatform({ accept: { accessToken: 'TOKEN' } });
  onTestFinished(() => platform.close());
  const folder = installed('custom-source', 'lines', {
    'tb_gateway.json': () => ({
      thingsboard: {
        host: '127.0.0.1',
        port: platform.port,
        security: { type: 'accessToken', accessToken: 'TOKEN' },
        statistics: { enable: false },
      },
    }),
    'lines.json': () => ({ host: '127.0.0.1', port: device.port }),
  });
  const daemon = startDaemon(folder);
  onTestFinished(() => daemon.kill());
  const has = (value: number) => () =>
    [...(platform.devices.get('boiler')?.telemetry.get('temperature')?.values() ?? [])].includes(value);
  await daemon.phase('Cellar', 'connected');
  await vi.waitFor(() => expect(device.isThere()).toBe(true), 20_000);
  device.say('boiler temperature=21.5');
  await platform.until(has(21.5), 20_000, 'the first line');
  device.say('boiler temperature=hot');
  await daemon.until(() => daemon.counted('failed') === 1);

  platform.push('v1/gateway/rpc', { device: 'boiler', data: { id: 7, method: 'set', params: 22 } });
  await platform.until(() => (platform.devices.get('boiler')?.rpcReplies.length ?? 0) > 0, 20_000, 'the answer');
  expect(platform.devices.get('boiler')?.rpcReplies).toMatchObject([{ id: 7, data: 'done' }]);
  expect(device.asked).toEqual(['? 7 boiler set 22']);

  device.drop();
  await daemon.until(
    () =>
      daemon.facts.filter((fact) => fact.kind === 'state' && fact.phase === 'connected' && fact.who === 'Cellar')
        .length === 2,
  );
  await vi.waitFor(() => expect(device.isThere()).toBe(true), 20_000);
  device.say('boiler temperature=22');
  await platform.until(has(22), 20_000, 'the line after the reconnect');
  expect(await daemon.terminate()).toEqual({ code: 0, signal: null });
}, 60_000);

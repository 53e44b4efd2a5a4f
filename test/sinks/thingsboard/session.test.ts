import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { VirtualTimeScheduler } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import { connect } from '../../../src/sinks/thingsboard/session.js';
import type { Session } from '../../../src/sinks/thingsboard/session.js';
import { startPlatform } from '../../peers/platform.js';
import { until } from '../../until.js';
import { configOf, contextOf } from './rig.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A peer that accepts everything and hangs on to its connections: what it hears, and what is still open. */
const clingy = async () => {
  const heard: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      const [kind = 0, length = 0] = bytes;
      heard.push(kind >> 4);
      if (kind >> 4 === 1) socket.write(Buffer.from([0x20, 3, 0, 0, 0]));
      const id = length < 128 ? 2 : 3;
      if (kind >> 4 === 8)
        socket.write(Buffer.from([0x90, 10, bytes[id] ?? 0, bytes[id + 1] ?? 0, 0, 1, 1, 1, 1, 1, 1, 1]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    sockets.forEach((socket) => socket.destroy());
    return new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, heard, sockets };
};

const opened = async (port: number, scheduler: VirtualTimeScheduler) => {
  const sessions: Session[] = [];
  const subscription = connect(configOf({ port }), contextOf([]), scheduler).subscribe((session) =>
    sessions.push(session),
  );
  await until(() => sessions.length === 1);
  return subscription;
};

test('a peer that hangs on after DISCONNECT is let go of after a second of the scheduler', async () => {
  const scheduler = new VirtualTimeScheduler();
  const peer = await clingy();
  const subscription = await opened(peer.port, scheduler);
  subscription.unsubscribe();
  await until(() => peer.heard.at(-1) === 14);
  expect(peer.sockets.size).toBe(1);
  scheduler.flush();
  expect(scheduler.now()).toBe(1_000);
  // A connection that is half closed is found out by writing.
  await until(() => {
    peer.sockets.forEach((socket) => socket.write('x'));
    return peer.sockets.size === 0;
  });
});

test('a peer that closes after DISCONNECT leaves no timer behind', async () => {
  const scheduler = new VirtualTimeScheduler();
  const platform = await startPlatform();
  closing.push(() => platform.close());
  const subscription = await opened(platform.port, scheduler);
  subscription.unsubscribe();
  await until(() => platform.live() === undefined && scheduler.actions.every(({ closed }) => closed));
});

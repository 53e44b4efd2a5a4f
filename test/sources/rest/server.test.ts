import { connect } from 'node:net';
import { Subject } from 'rxjs';
import { expect, it } from 'vitest';
import { server } from '../../../src/sources/rest/server.js';
import { endpoints } from '../../../src/sources/rest/server/endpoints.js';
import { configOf, undone, until } from './running.js';

it('a sender that goes after several requests, one behind the other, leaves nothing open: all are told, and a stop waits for none', async () => {
  const options = configOf({ server: { host: '127.0.0.1', port: 0 } }).server;
  const rule = { rule: 'r', endpoint: '/x', HTTPMethods: ['POST'], security: { type: 'anonymous' } } as const;
  const stop = new Subject<void>();
  const seen = { port: 0, came: 0, closed: 0, completed: false };
  const routes = endpoints([rule], () => undefined);
  const nothing = (): void => undefined;
  const subscription = server(options, routes, undefined, {
    onListening: (address) => (seen.port = Number(address.split(':').at(-1))),
    onRefused: nothing,
    onReceived: nothing,
    onSent: nothing,
    stop,
  }).subscribe({
    next: ({ onClosed, release }) => {
      seen.came += 1;
      onClosed(() => (seen.closed += 1));
      release();
    },
    complete: () => (seen.completed = true),
  });
  undone(subscription, (open) => open.unsubscribe());
  await until('it listens', () => seen.port > 0);
  const socket = connect(seen.port, '127.0.0.1', () =>
    socket.write('POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1'.repeat(3)),
  );
  await until('all have come', () => seen.came === 3);
  socket.destroy();
  await until('all are told', () => seen.closed === 3);
  stop.next();
  expect(seen.completed).toBe(true);
});

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { generate } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { LinkLost } from '../../../src/sinks/thingsboard/link-lost.js';
import { connect } from '../../../src/sinks/thingsboard/session.js';
import { until } from '../../until.js';
import { configOf, contextOf } from './rig.js';

test('a peer that sends without end and never answers the subscription is given up: memory is bounded', async () => {
  const one = generate(
    { cmd: 'publish', topic: 'v1/gateway/rpc', payload: '{}', qos: 0, dup: false, retain: false },
    { protocolVersion: 5 },
  );
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(generate({ cmd: 'connack', sessionPresent: false, reasonCode: 0 }, { protocolVersion: 5 }));
      socket.write(Buffer.concat(Array.from({ length: 1_001 }, () => one)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let error: unknown;
  connect(configOf({ port: (server.address() as AddressInfo).port }), contextOf([])).subscribe({
    error: (thrown: unknown) => (error = thrown),
  });
  await until(() => error !== undefined);
  expect(error).toBeInstanceOf(LinkLost);
  expect((error as Error).message).toContain('a flood of messages');
  await new Promise((resolve) => server.close(resolve));
});

import { connect } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { haveMosquitto, startMosquitto } from './mosquitto.js';
import { plainClient } from './plain-client.js';
import { peer } from './require-peer.js';
import { startTap } from './tap.js';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const started = async (protocolVersion: 4 | 5) => {
  const broker = await startMosquitto();
  open.push(broker.close);
  const tap = await startTap({ port: broker.port });
  open.push(tap.close);
  const joined = async (port: number) => {
    const { client, close } = await plainClient(port, { protocolVersion });
    open.push(close);
    return client;
  };
  return { tap, device: await joined(broker.port), gateway: await joined(tap.port), joined };
};

peer('mosquitto', haveMosquitto())('the tap before a real broker', () => {
  test.each([4, 5] as const)('knows what was delivered and what was acknowledged, MQTT level %i', async (version) => {
    const { tap, device, gateway } = await started(version);
    await gateway.subscribeAsync('d/#', { qos: 1 });
    for (let i = 0; i < 50; i++) void device.publishAsync(`d/${i}`, `ä${i}`, { qos: 1 });
    await tap.until(() => tap.counts.acknowledged === 50);
    expect(tap.acknowledged.map(({ payload }) => payload)).toEqual(Array.from({ length: 50 }, (_, i) => `ä${i}`));
    expect(tap.counts).toEqual({
      delivered: 50,
      acknowledged: 50,
      refused: 0,
      orderViolations: 0,
      strayPubacks: 0,
      unparsed: 0,
    });
  });

  test('tells PUBACKs that come in another order', async () => {
    const { tap, device, gateway } = await started(4);
    const held: (() => void)[] = [];
    const sender = gateway as unknown as { _sendPacket: (packet: object) => void };
    // An error given to mqtt.js suppresses its own PUBACK.
    const bothHeld = new Promise<void>((resolve) => {
      gateway.handleMessage = (packet, done) => {
        held.unshift(() => sender._sendPacket({ cmd: 'puback', messageId: packet.messageId }));
        done(new Error('acknowledged by hand'));
        if (held.length === 2) resolve();
      };
    });
    await gateway.subscribeAsync('d', { qos: 1 });
    for (const payload of ['1', '2']) await device.publishAsync('d', payload, { qos: 1 });
    await bothHeld;
    expect(tap.acknowledged).toEqual([]);
    for (const send of held) send();
    await tap.until(() => tap.counts.acknowledged === 2);
    expect(tap.acknowledged.map(({ payload }) => payload)).toEqual(['2', '1']);
    expect(tap.counts.orderViolations).toBe(2);
  });

  test('cuts, refuses, stalls and goes on', async () => {
    const { tap, device, gateway, joined } = await started(5);
    const closed = new Promise((resolve) => gateway.once('close', () => resolve(undefined)));
    tap.refuse(true);
    tap.cut();
    await closed;
    await expect(joined(tap.port)).rejects.toThrow();
    tap.refuse(false);
    const again = await joined(tap.port);
    await again.subscribeAsync('d', { qos: 1 });
    tap.pause();
    await device.publishAsync('d', 'x', { qos: 1 });
    await expect(tap.until(() => tap.counts.delivered > 0, 200, 'a delivery while stalled')).rejects.toThrow();
    tap.resume();
    await tap.until(() => tap.counts.acknowledged === 1);
  });
});

peer('mosquitto', haveMosquitto())('mosquitto', () => {
  test('keeps its sessions over a restart when persistent', async () => {
    const broker = await startMosquitto({ persistence: true, maxInflightMessages: 5 });
    open.push(broker.close);
    const options = { clientId: 'gw', clean: false, protocolVersion: 4 } as const;
    const first = await plainClient(broker.port, options);
    await first.client.subscribeAsync('d', { qos: 1 });
    await first.client.endAsync();
    const device = await plainClient(broker.port);
    expect(await device.publish('d', 'kept')).toBe(0);
    await device.close();
    await broker.stop();
    await expect(plainClient(broker.port)).rejects.toThrow('ECONNREFUSED');
    await broker.start();
    const second = connect(broker.url, { ...options, reconnectPeriod: 0 });
    open.push(() => second.endAsync(true));
    const message = await new Promise<string>((resolve) => second.on('message', (_, body) => resolve(body.toString())));
    expect(message).toBe('kept');
  });

  test('admits only its users when it has some', async () => {
    const broker = await startMosquitto({ users: { gw: 'secret' } });
    open.push(broker.close);
    await expect(plainClient(broker.port, { username: 'gw', password: 'wrong' })).rejects.toMatchObject({ code: 135 });
    const admitted = await plainClient(broker.port, { username: 'gw', password: 'secret' });
    await admitted.close();
  });
});

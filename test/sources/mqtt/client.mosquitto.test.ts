import { describe, expect, it } from 'vitest';
import { haveMosquitto, startMosquitto } from '../../peers/mosquitto.js';
import { peer } from '../../peers/require-peer.js';
import { clientContract } from './client-contract.js';
import { listen, publishAll, publisher, ready, tapOf, undone, until } from './listen.js';

peer('mosquitto', haveMosquitto())('on mosquitto', () => {
  const start = () => startMosquitto({ maxInflightMessages: 0 });

  describe('MQTT 3.1', () => clientContract(3, start));
  describe('MQTT 3.1.1', () => clientContract(4, start));
  describe('MQTT 5', () => clientContract(5, start));

  for (const version of [4, 5] as const) {
    it(`holds 5000 in flight, MQTT ${version}`, async () => {
      const broker = undone(await start(), (running) => running.close());
      const tap = await tapOf(broker.port);
      // The session is there before the messages are.
      const absent = await ready(listen({ port: tap.port, version, filters: [{ topicFilter: 'a', qos: 1 }] }));
      const device = await publisher(broker.port);
      await until('subscribed', () => {
        if (absent.envelopes.length === 0) device.publish('a', 'probe', { qos: 1 });
        return absent.envelopes.length > 0;
      });
      for (const { ack } of absent.envelopes) ack();
      await publishAll(device, 4_990);
      await until('all are in flight', () => absent.texts().filter((text) => text !== 'probe').length === 4_990);
      for (const { ack } of absent.envelopes.reverse()) ack();
      await until('all are acknowledged', () => tap.counts.acknowledged === absent.envelopes.length);
      expect(tap.counts).toMatchObject({ orderViolations: 0, strayPubacks: 0 });
    });

    it(`errors with CREDENTIALS_REFUSED when the password is wrong, and connects when it is right, MQTT ${version}`, async () => {
      const broker = undone(await startMosquitto({ users: { device: 'right' } }), (running) => running.close());
      const basic = (password: string) => ({ security: { type: 'basic', username: 'device', password } as const });
      const wrong = listen({ port: broker.port, version, options: basic('wrong') });
      await until('it errors', () => wrong.error !== undefined);
      expect(wrong.error).toMatchObject({ code: 'CREDENTIALS_REFUSED' });
      await ready(listen({ port: broker.port, version, options: basic('right') }));
    });

    it(`errors when the broker goes away, MQTT ${version}`, async () => {
      const broker = undone(await start(), (running) => running.close());
      const listener = await ready(listen({ port: broker.port, version }));
      await broker.stop('SIGKILL');
      await until('it errors', () => listener.error !== undefined);
      expect(listener.error).toMatchObject({ code: 'BROKER_UNREACHABLE' });
    });

    it(`keeps a connection alive on which it reads nothing, MQTT ${version}`, async () => {
      const broker = undone(await start(), (running) => running.close());
      const tap = await tapOf(broker.port);
      const options = { keepAlive: 1, maxUnacknowledgedMessages: 1 };
      const listener = await ready(listen({ port: tap.port, version, options }));
      const device = await publisher(broker.port);
      await until('subscribed', () => {
        if (listener.envelopes.length === 0) device.publish('a', 'x', { qos: 1 });
        return listener.envelopes.length > 0;
      });
      // More than twice what either side waits for a sign of life.
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      expect(listener.error).toBeUndefined();
      listener.envelopes[0]!.ack();
      await publishAll(device, 1);
      await until('the last one comes', () => {
        listener.envelopes.forEach(({ ack }) => ack());
        return listener.texts().includes('0');
      });
      expect(tap.connections()).toBe(1);
    });

    it(`takes many messages a second, MQTT ${version}`, async () => {
      const broker = undone(await start(), (running) => running.close());
      const listener = await ready(listen({ port: broker.port, version, filters: [{ topicFilter: 'a', qos: 1 }] }));
      const device = await publisher(broker.port);
      await until('subscribed', () => {
        if (listener.envelopes.length === 0) device.publish('a', 'probe', { qos: 1 });
        return listener.envelopes.length > 0;
      });
      listener.destroy();
      const n = 20_000;
      await publishAll(device, n);
      const begin = performance.now();
      const second = listen({ port: broker.port, version });
      const all = n + listener.envelopes.length;
      let taken = 0;
      await until('all are taken', () => {
        for (; taken < second.envelopes.length; taken += 1) second.envelopes[taken]!.ack();
        return taken >= all;
      });
      const seconds = (performance.now() - begin) / 1000;
      console.info(`MQTT ${version}: ${Math.round(all / seconds)} messages/s`);
    });
  }

  it('gives up a connection that has gone silent', async () => {
    const broker = undone(await start(), (running) => running.close());
    const tap = await tapOf(broker.port);
    const listener = await ready(listen({ port: tap.port, version: 5, options: { keepAlive: 1 } }));
    tap.pause();
    await until('it errors', () => listener.error !== undefined);
    expect(listener.error).toMatchObject({ code: 'BROKER_UNREACHABLE', message: expect.stringMatching(/keepalive/i) });
  });

  it('passes wildcards and shared subscriptions on as they are', async () => {
    const broker = undone(await start(), (running) => running.close());
    const filters = [
      { topicFilter: '$share/g/a/+', qos: 1 },
      { topicFilter: 'b/#', qos: 1 },
    ] as const;
    const listener = await ready(listen({ port: broker.port, version: 5, filters }));
    const device = await publisher(broker.port);
    for (const topic of ['a/1', 'b/2/3'])
      await until(`${topic} arrives`, () => {
        const there = listener.envelopes.some(({ value }) => value.topic === topic);
        if (!there) device.publish(topic, 'x', { qos: 1 });
        return there;
      });
    expect(listener.filters).toEqual([]);
  });
});

import { connectAsync } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { haveMosquitto, startMosquitto, type MosquittoOptions } from '../../peers/mosquitto.js';
import { peer } from '../../peers/require-peer.js';
import { publisher, tapOf, undone, until } from './listen.js';
import { running } from './running.js';

const versions = [
  [3, '3.1'],
  [4, '3.1.1'],
  [5, '5'],
] as const;

const persistent = { clientId: 'gateway', cleanSession: false, cleanStart: false, sessionExpiryInterval: 600 };

peer('mosquitto', haveMosquitto())('the MQTT source on mosquitto', () => {
  const mosquitto = async (options: MosquittoOptions = {}) =>
    undone(await startMosquitto(options), (broker) => broker.close());
  const send = async (port: number, ...values: readonly (string | number)[]): Promise<void> => {
    const device = await publisher(port);
    for (const value of values) await device.publishAsync('sensors/d', JSON.stringify({ v: value }), { qos: 1 });
  };
  const arrives = (gateway: ReturnType<typeof running>, value: string) =>
    until(`${value} arrives`, () => gateway.values().includes(value));
  const lostSessions = (gateway: ReturnType<typeof running>): number =>
    gateway.logged.filter(([text]) => text.includes('lost the session')).length;

  describe.each(versions)('version %i, MQTT %s', (version) => {
    it('waits for a broker that is not there at the start', async () => {
      const broker = await mosquitto();
      await broker.stop();
      const gateway = running({ broker: { port: broker.port, version } });
      await gateway.reconnecting(3);
      expect(gateway.whys()[0]).toContain('ECONNREFUSED');
      await broker.start();
      await gateway.connected();
      await send(broker.port, 1);
      await arrives(gateway, '1');
    });

    it('subscribes again when the broker comes back without its session, and says that it is lost', async () => {
      const broker = await mosquitto();
      const gateway = running({ broker: { port: broker.port, version, ...persistent } });
      await gateway.connected();
      await send(broker.port, 1);
      await arrives(gateway, '1');
      await broker.stop('SIGKILL');
      await gateway.reconnecting();
      await broker.start();
      await gateway.connected(2);
      await send(broker.port, 2);
      await arrives(gateway, '2');
      // 3.1 does not tell.
      expect(lostSessions(gateway)).toBe(version === 3 ? 0 : 1);
    });

    it('receives what was published while it was away, if the session was to be kept', async () => {
      const broker = await mosquitto();
      const tap = await tapOf(broker.port);
      const gateway = running({ broker: { port: tap.port, version, ...persistent } });
      await gateway.connected();
      tap.refuse(true);
      tap.cut();
      await gateway.reconnecting();
      await send(broker.port, 'a', 'b', 'c');
      expect(gateway.values()).toEqual([]);
      tap.refuse(false);
      await arrives(gateway, 'c');
      expect(gateway.values()).toEqual(['a', 'b', 'c']);
      await gateway.connected(2);
      expect(lostSessions(gateway)).toBe(0);
    });

    it('does not receive what was published while it was away, if the session was to be clean', async () => {
      const broker = await mosquitto();
      const tap = await tapOf(broker.port);
      const gateway = running({ broker: { port: tap.port, version, clientId: 'gateway' } });
      await gateway.connected();
      tap.refuse(true);
      tap.cut();
      await gateway.reconnecting();
      await send(broker.port, 'away');
      tap.refuse(false);
      await gateway.connected(2);
      await send(broker.port, 'back');
      await arrives(gateway, 'back');
      expect(gateway.values()).toEqual(['back']);
    });

    it('says that the credentials are refused, and comes back a minute later at the earliest', async () => {
      const broker = await mosquitto({ users: { device: 'right' } });
      const security = { type: 'basic', username: 'device', password: 'wrong' };
      const gateway = running({ broker: { port: broker.port, version, security }, patient: true });
      await gateway.refused();
      expect(gateway.phases()).toEqual(['connecting', 'refused']);
      expect(gateway.facts).toContainEqual({
        kind: 'alert',
        who: 'mqtt',
        code: 'CREDENTIALS_REFUSED',
        text: expect.stringMatching(/the broker refused the credentials \(reason \d+: .+\)/),
      });
      const waits = gateway.facts.flatMap((fact) => (fact.kind === 'state' ? [fact.retryInMs ?? 0] : []));
      expect(Math.max(...waits)).toBeGreaterThanOrEqual(60_000);
      expect(JSON.stringify([gateway.logged, gateway.facts])).not.toContain('wrong');
    });

    it('takes a shared subscription, whose topics come without its prefix', async () => {
      const broker = await mosquitto();
      const filters = ['$share/group/sensors/+'];
      const two = ['one', 'two'].map((clientId) =>
        running({ broker: { port: broker.port, version, clientId }, filters }),
      );
      for (const gateway of two) await gateway.connected();
      await send(broker.port, 1, 2, 3, 4);
      const all = () => two.flatMap((gateway) => gateway.values());
      await until('all have arrived', () => all().length >= 4);
      expect([...all()].sort()).toEqual(['1', '2', '3', '4']);
    });

    it('takes overlapping filters as often as the broker sends them, each with every mapping that matches', async () => {
      const broker = await mosquitto();
      const filters = ['sensors/+', 'sensors/#'];
      const gateway = running({ broker: { port: broker.port, version }, filters });
      await gateway.connected();
      const other = undone(
        await connectAsync(broker.url, { protocolVersion: version, protocolId: version === 3 ? 'MQIsdp' : 'MQTT' }),
        (client) => client.endAsync(true),
      );
      const copies: string[] = [];
      other.on('message', (_topic, payload) => copies.push(String(payload)));
      for (const filter of filters) await other.subscribeAsync(filter, { qos: 1 });
      await send(broker.port, 'x', 'last');
      await arrives(gateway, 'last');
      await until('the other has it too', () => copies.some((text) => text.includes('last')));
      const sent = copies.filter((text) => text.includes('"x"')).length;
      expect(sent).toBeGreaterThan(0);
      expect(gateway.values().filter((value) => value === 'x').length).toBe(sent * filters.length);
    });

    it('reads no further while a payload waits that became more messages than may wait', async () => {
      const broker = await mosquitto({ maxInflightMessages: 0 });
      const tap = await tapOf(broker.port);
      const options = { port: tap.port, version, maxUnacknowledgedMessages: 10 };
      const gateway = running({ broker: options, name: '${n}', holding: true });
      await gateway.connected();
      const device = await publisher(broker.port);
      const items = Array.from({ length: 12 }, (_, i) => ({ n: `d${i}`, v: i }));
      const sent = [items, { n: 'next', v: 'next' }].map((body) =>
        device.publishAsync('sensors/d', JSON.stringify(body), { qos: 1 }),
      );
      await Promise.all(sent);
      await until('the broker has sent both', () => tap.counts.delivered === 2);
      await until('all of the first are there', () => gateway.held.length >= 12);
      expect(gateway.held.length).toBe(12);
      expect(tap.counts.acknowledged).toBe(0);
      for (const ack of gateway.held) ack();
      await arrives(gateway, 'next');
    });

    it('acknowledges a payload beyond maxPayloadBytes, counts it, and takes the next', async () => {
      const broker = await mosquitto();
      const tap = await tapOf(broker.port);
      const gateway = running({ broker: { port: tap.port, version, maxPayloadBytes: 1_000_000 } });
      await gateway.connected();
      await send(broker.port, 'x'.repeat(3_000_000), 'next');
      await arrives(gateway, 'next');
      expect(gateway.values()).toEqual(['next']);
      expect(gateway.facts).toContainEqual({ kind: 'count', who: 'mqtt', counter: 'failed', n: 1 });
      expect(JSON.stringify(gateway.logged)).toMatch(/larger than maxPayloadBytes \(1000000\)/);
      await until('both are acknowledged', () => tap.counts.acknowledged === 2);
    });

    it('takes retained messages', async () => {
      const broker = await mosquitto();
      const device = await publisher(broker.port);
      await device.publishAsync('sensors/d', '{"v": "kept"}', { qos: 1, retain: true });
      await arrives(running({ broker: { port: broker.port, version } }), 'kept');
    });
  });
});

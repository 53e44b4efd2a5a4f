import type { MqttClient } from 'mqtt';
import { expect, it } from 'vitest';
import { ConnectionError, Refused, Unavailable } from '../../../src/model/errors.js';
import type { BrokerOptions } from '../../../src/sources/mqtt/connection/connect-options.js';
import { unsettled } from '../../../src/sources/mqtt/connection/unsettled.js';
import type { Tap } from '../../peers/tap.js';
import {
  listen,
  numbers,
  publishAll,
  publisher,
  ready,
  tapOf,
  undone,
  until,
  type Listener,
  type Listening,
} from './listen.js';

const busy = new Unavailable('STORAGE_FULL', 'not now');
const tooLarge = new Refused('MESSAGE_TOO_LARGE', 'too large');

/** Everything that must hold on any broker. `start` makes one that keeps sessions and queues without bound. */
export const clientContract = (
  version: 3 | 4 | 5,
  start: () => Promise<{ readonly port: number; close: () => Promise<void> }>,
) => {
  /** A broker, a tap before it, a persistent session that listens, and a device. */
  const scene = async (options: Partial<BrokerOptions> = {}) => {
    const broker = undone(await start(), (running) => running.close());
    const tap = await tapOf(broker.port);
    const again = (account?: Listening['account']) =>
      ready(listen({ port: tap.port, version, options, ...(account ? { account } : {}) }));
    const account = unsettled({
      messages: options.maxUnacknowledgedMessages ?? 5000,
      bytes: options.maxUnacknowledgedBytes ?? 1e9,
    });
    const listener = await again(account);
    const device = await publisher(broker.port);
    await settledSubscription(listener, device);
    return { broker, tap, listener, again, device, account };
  };
  /** The broker's SUBACK is not shown: a message that comes through proves it. It is acknowledged and forgotten. */
  const settledSubscription = async (listener: Listener, device: MqttClient): Promise<void> => {
    await until('the subscription works', () => {
      if (listener.envelopes.length === 0) device.publish('probe', 'probe', { qos: 0 });
      return listener.envelopes.length > 0;
    });
    await device.publishAsync('probe', 'last', { qos: 1 });
    await until('the last probe is there', () => listener.texts().includes('last'));
    for (const { ack } of listener.envelopes.splice(0)) ack();
  };
  const acknowledged = (tap: Tap): readonly string[] =>
    tap.acknowledged.map(({ payload }) => payload).filter((payload) => payload !== 'last');
  const acknowledgedAll = (tap: Tap, n: number) =>
    until(`${n} PUBACKs are seen, not ${acknowledged(tap).length}`, () => acknowledged(tap).length >= n);

  it('sends no PUBACK before the ack, and goes on receiving', async () => {
    const { tap, listener, device } = await scene();
    await publishAll(device, 10);
    await listener.received(10);
    expect(acknowledged(tap)).toEqual([]);
    listener.envelopes[0]!.ack();
    await acknowledgedAll(tap, 1);
    expect(acknowledged(tap)).toEqual(['0']);
    await publishAll(device, 1, 'b');
    await listener.received(11);
    expect(acknowledged(tap)).toEqual(['0']);
  });

  it('sends PUBACKs in the order of arrival, whatever the order of the acks', async () => {
    const { tap, listener, device } = await scene();
    await publishAll(device, 20);
    await listener.received(20);
    for (const { ack } of listener.envelopes.slice(1, 10).reverse()) ack();
    for (const { ack } of listener.envelopes.slice(15).reverse()) ack();
    listener.envelopes[0]!.ack();
    await acknowledgedAll(tap, 10);
    expect(acknowledged(tap)).toEqual(numbers(10));
    for (const { ack } of listener.envelopes.slice(10, 15).reverse()) ack();
    await acknowledgedAll(tap, 20);
    expect(acknowledged(tap)).toEqual(numbers(20));
    expect(tap.counts).toMatchObject({ orderViolations: 0, strayPubacks: 0, refused: 0 });
  });

  it('is sent again what it had not acknowledged when it was destroyed', async () => {
    const { tap, listener, device, again } = await scene();
    await publishAll(device, 5);
    await listener.received(5);
    listener.envelopes[0]!.ack();
    await acknowledgedAll(tap, 1);
    listener.destroy();
    const second = await again();
    await second.received(4);
    expect(second.texts()).toEqual(numbers(4, 1));
  });

  it('errors when the connection is cut, and discards acks that come later', async () => {
    const { tap, listener, device, again } = await scene();
    await publishAll(device, 5);
    await listener.received(5);
    tap.cut();
    await until('it errors', () => listener.error !== undefined);
    expect(listener.error).toBeInstanceOf(ConnectionError);
    expect(listener.error).toMatchObject({ code: 'BROKER_UNREACHABLE' });
    const second = await again();
    await second.received(5);
    for (const { ack } of listener.envelopes) ack();
    second.envelopes[0]!.ack();
    await acknowledgedAll(tap, 1);
    // A stray PUBACK would have overtaken: the connection is one stream.
    await publishAll(device, 1, 'b');
    await second.received(6);
    expect(acknowledged(tap)).toEqual(['0']);
    expect(tap.counts.strayPubacks).toBe(0);
  });

  it('gives the connection up at nack(Unavailable), and is sent the message again', async () => {
    const { tap, listener, device, again } = await scene();
    await publishAll(device, 3);
    await listener.received(3);
    listener.envelopes[0]!.ack();
    listener.envelopes[1]!.nack(busy);
    await until('it errors', () => listener.error !== undefined);
    expect(listener.error).toBeInstanceOf(ConnectionError);
    await acknowledgedAll(tap, 1);
    const second = await again();
    await second.received(2);
    expect(second.texts()).toEqual(['1', '2']);
    expect(acknowledged(tap)).toEqual(['0']);
  });

  it('sends a PUBACK at nack(Refused), and says so', async () => {
    const { tap, listener, device } = await scene();
    await publishAll(device, 2);
    await listener.received(2);
    listener.envelopes[0]!.nack(tooLarge);
    listener.envelopes[1]!.ack();
    await acknowledgedAll(tap, 2);
    expect(listener.refused).toEqual([tooLarge]);
    expect(listener.error).toBeUndefined();
  });

  it('passes QoS 0 on, and settling it does nothing to the connection', async () => {
    const { tap, listener, device } = await scene();
    for (const i of numbers(3)) await device.publishAsync('a', i, { qos: 0 });
    await listener.received(3);
    expect(listener.envelopes.map(({ value }) => value.qos)).toEqual([0, 0, 0]);
    listener.envelopes[0]!.ack();
    listener.envelopes[1]!.nack(busy);
    listener.envelopes[2]!.nack(tooLarge);
    await publishAll(device, 1);
    await listener.received(4);
    expect(acknowledged(tap)).toEqual([]);
    expect(listener.error).toBeUndefined();
    expect(listener.refused).toEqual([busy, tooLarge]);
  });

  it('stops reading at maxUnacknowledgedMessages and goes on where it stopped, without a new connection', async () => {
    const { tap, listener, device } = await scene({ maxUnacknowledgedMessages: 5 });
    const published = publishAll(device, 12);
    for (const n of [5, 10]) {
      await listener.received(n);
      expect(listener.envelopes.length).toBe(n);
      if (version !== 5 && n === 5) await until('the broker has sent more', () => tap.counts.delivered >= n + 3);
      expect(listener.envelopes.length).toBe(n);
      for (const { ack } of listener.envelopes.slice(n - 5, n)) ack();
    }
    await listener.received(12);
    for (const { ack } of listener.envelopes) ack();
    await acknowledgedAll(tap, 12);
    await published;
    expect(listener.texts()).toEqual(numbers(12));
    expect(tap.connections()).toBe(1);
  });

  it('stops reading at maxUnacknowledgedBytes, but one message always fits', async () => {
    const { tap, listener, device } = await scene({ maxUnacknowledgedBytes: 1000 });
    await Promise.all(numbers(4).map(() => device.publishAsync('a', Buffer.alloc(2000), { qos: 1 })));
    for (const n of [1, 2, 3, 4]) {
      await listener.received(n);
      await until('the broker has sent all', () => tap.delivered.filter(({ topic }) => topic === 'a').length === 4);
      expect(listener.envelopes.length).toBe(n);
      listener.envelopes[n - 1]!.ack();
    }
    await until('all are acknowledged', () => tap.acknowledged.filter(({ topic }) => topic === 'a').length === 4);
    expect(tap.connections()).toBe(1);
  });

  it('makes no connection while an earlier one left too much unsettled', async () => {
    const { tap, listener, device, account } = await scene({ maxUnacknowledgedMessages: 3 });
    await publishAll(device, 3);
    await listener.received(3);
    tap.cut();
    await until('it errors', () => listener.error !== undefined);
    const second = listen({ port: tap.port, version, account, options: { maxUnacknowledgedMessages: 3 } });
    expect(account.full()).toBe(true);
    await publishAll(device, 1, 'b');
    expect(tap.connections()).toBe(1);
    for (const { ack } of listener.envelopes) ack();
    await second.received(3);
    expect(tap.connections()).toBe(2);
  });

  it('when asked to stop passes over what comes, acknowledges what it has, leaves and completes', async () => {
    const { tap, listener, device, again } = await scene();
    await publishAll(device, 2);
    await listener.received(2);
    listener.stop();
    await publishAll(device, 2, 'late');
    await until('the late ones were sent', () => tap.delivered.filter(({ topic }) => topic === 'late').length === 2);
    listener.envelopes[1]!.ack();
    expect(listener.completed).toBe(false);
    listener.envelopes[0]!.ack();
    await until('it completes', () => listener.completed);
    await acknowledgedAll(tap, 2);
    expect(listener.envelopes.length).toBe(2);
    const second = await again();
    await second.received(2);
    expect(second.envelopes.map(({ value }) => value.topic)).toEqual(['late', 'late']);
  });

  it('completes at once when asked to stop with nothing unsettled, and before it is connected', async () => {
    const { broker, listener } = await scene();
    listener.stop();
    await until('it completes', () => listener.completed);
    const early = listen({ port: broker.port, version });
    early.stop();
    await until('it completes', () => early.completed);
    expect(early.connected).toBe(0);
  });

  it('says which filter is invalid, and subscribes the others', async () => {
    const broker = undone(await start(), (running) => running.close());
    const filters = [
      { topicFilter: 'a/#/b', qos: 1 },
      { topicFilter: 'good/+', qos: 1 },
    ] as const;
    const listener = await ready(listen({ port: broker.port, version, filters }));
    const device = await publisher(broker.port);
    await until('the other filter works', () => {
      if (listener.envelopes.length === 0) device.publish('good/1', 'x', { qos: 1 });
      return listener.envelopes.length > 0;
    });
    expect(listener.filters.map(([filter]) => filter)).toEqual(['a/#/b']);
  });
};

import type { MqttClient } from 'mqtt';
import { describe, expect, it } from 'vitest';
import type { Command, Rpc } from '../../../src/model/command.js';
import type { Json } from '../../../src/model/message.js';
import { haveMosquitto, startMosquitto } from '../../peers/mosquitto.js';
import { peer } from '../../peers/require-peer.js';
import { publisher, tapOf, undone, until } from './listen.js';
import { running } from './running.js';

const rule = { deviceNameFilter: '.*', valueExpression: '${params}' };
const sections = {
  attributeRequests: [
    {
      topicFilter: 'ask',
      deviceInfo: { deviceNameExpression: '${name}' },
      attributeNameExpression: '${a}${b}',
      topicExpression: 'told/${deviceName}',
      valueExpression: '${attributeKey}=${attributeValue}',
    },
  ],
  attributeUpdates: [
    {
      deviceNameFilter: '.*',
      attributeFilter: '.*',
      topicExpression: 'set/${deviceName}/${attributeKey}',
      valueExpression: '${attributeValue}',
      retain: true,
      qos: 1,
    },
  ],
  serverSideRpc: [
    {
      ...rule,
      methodFilter: '^get',
      requestTopicExpression: 'call/${deviceName}/${methodName}/${requestId}',
      responseTopicExpression: 'answer/${deviceName}/${methodName}/${requestId}',
      responseTimeout: 1_000,
    },
    {
      ...rule,
      methodFilter: '^queue',
      requestTopicExpression: 'call/${deviceName}/queue',
      responseTopicExpression: 'answer/${deviceName}/queue',
      responseTimeout: 5_000,
    },
    { ...rule, methodFilter: '^do', requestTopicExpression: 'call/${deviceName}/${methodName}', qos: 1 },
  ],
};

const rpc = (id: number, method: string, params: Json = null, device = 'd'): Rpc => ({
  kind: 'rpc',
  device,
  id,
  method,
  params,
});

peer('mosquitto', haveMosquitto())('the way down of the MQTT source', () => {
  /** A broker, the source on it, and a device that writes down what comes on its topics. */
  const scene = async (version: 3 | 4 | 5, requestsMapping: object = sections, filters?: readonly string[]) => {
    const broker = undone(await startMosquitto(), (it) => it.close());
    const tap = await tapOf(broker.port);
    const device = await publisher(broker.port);
    const heard: (readonly [string, string])[] = [];
    let onMessage: (topic: string, payload: string) => void = () => undefined;
    device.on('message', (topic, payload) => {
      heard.push([topic, payload.toString()]);
      onMessage(topic, payload.toString());
    });
    await device.subscribeAsync(['call/#', 'set/#', 'told/#'], { qos: 1 });
    const gateway = running({ broker: { port: tap.port, version }, requestsMapping, ...(filters ? { filters } : {}) });
    await gateway.connected();
    const replies = (): readonly (readonly [number, Json])[] =>
      gateway.messages.flatMap((message) => (message.kind === 'reply' ? [[message.id, message.content] as const] : []));
    return {
      broker,
      tap,
      device,
      gateway,
      heard,
      replies,
      /** Answers each call on the topic that belongs to it. */
      answering: (answer: (topic: string, payload: string, device: MqttClient) => string | undefined) => {
        onMessage = (topic, payload) => {
          const text = answer(topic, payload, device);
          if (text !== undefined) device.publish(topic.replace('call/', 'answer/'), text, { qos: 1 });
        };
      },
      command: (...commands: readonly Command[]) => commands.forEach((one) => gateway.commands.next(one)),
      hears: (topic: string) => until(`${topic} is heard`, () => heard.some(([on]) => on === topic)),
      answered: (n: number) => until(`${n} calls are answered, not ${replies().length}`, () => replies().length >= n),
    };
  };

  describe.each([3, 4, 5] as const)('on version %i', (version) => {
    it('publishes changed attributes, and acknowledges a one-way call once it is published', async () => {
      const { command, hears, heard, replies, answered } = await scene(version);
      command(
        { kind: 'attributeUpdate', device: 'd', values: { on: true, __proto__x: 'a"b' }, deleted: ['gone'] },
        rpc(1, 'doIt', { now: 'yes' }),
      );
      await hears('call/d/doIt');
      await answered(1);
      expect(heard).toEqual([
        ['set/d/on', 'true'],
        ['set/d/__proto__x', 'a"b'],
        ['call/d/doIt', '{"now":"yes"}'],
      ]);
      expect(replies()).toEqual([[1, { success: true }]]);
    });

    it('answers a two-way call with what the device answers, as JSON where it is JSON', async () => {
      const { command, answering, replies, answered } = await scene(version);
      answering((topic, payload) => (topic.endsWith('/7') ? `{"got": ${payload}}` : "it's text"));
      command(rpc(7, 'getIt', [1, 'x']), rpc(8, 'getIt'));
      await answered(2);
      expect(replies()).toContainEqual([7, { got: [1, 'x'] }]);
      expect(replies()).toContainEqual([8, "it's text"]);
    });

    it('tells a device the attributes that it asks for', async () => {
      const { gateway, device, command, hears, heard } = await scene(version);
      const questions = () =>
        gateway.messages.flatMap((message) => (message.kind === 'attributeRequest' ? [message] : []));
      await device.publishAsync('ask', JSON.stringify({ name: 'one', a: 'k' }), { qos: 1 });
      await device.publishAsync('ask', JSON.stringify({ name: 'two', a: 'k', b: 'l' }), { qos: 1 });
      await until('both are asked', () => questions().length === 2);
      const [one, two] = questions();
      expect([one, two]).toMatchObject([
        { device: 'one', scope: 'shared', keys: ['k'] },
        { device: 'two', scope: 'shared', keys: ['k', 'l'] },
      ]);
      command(
        { kind: 'attributeValues', device: 'two', id: two!.id, values: { k: 1, l: 'x' } },
        { kind: 'attributeValues', device: 'one', id: one!.id, value: 'v' },
        { kind: 'attributeValues', device: 'one', id: one!.id, value: 'again' },
      );
      await hears('told/one');
      expect(heard).toEqual([
        ['told/two', '{"k":1,"l":"x"}'],
        ['told/one', 'k="v"'],
      ]);
    });

    it('lets commands wait while the broker is away', async () => {
      const { tap, gateway, command, hears, heard, answered, replies } = await scene(version);
      tap.refuse(true);
      tap.cut();
      await gateway.reconnecting();
      command({ kind: 'attributeUpdate', device: 'd', values: { on: false }, deleted: [] }, rpc(1, 'doIt'));
      expect(replies()).toEqual([]);
      tap.refuse(false);
      await hears('call/d/doIt');
      await answered(1);
      expect(heard.map(([topic]) => topic)).toEqual(['set/d/on', 'call/d/doIt']);
      expect(replies()).toEqual([[1, { success: true }]]);
    });
  });

  it('says what went wrong: no rule, no answer in time, a topic that cannot be', async () => {
    const { command, replies, answered, heard } = await scene(5);
    command(rpc(1, 'unknown'), rpc(2, 'getNothing'), rpc(3, 'doIt', null, 'a/#'), rpc(4, 'set', 'value=1'));
    await answered(4);
    expect(Object.fromEntries(replies())).toEqual({
      1: { error: 'no serverSideRpc rule fits the method unknown', code: 404 },
      2: { error: 'no answer on answer/d/getNothing/2 within 1000 ms', code: 408 },
      3: { error: 'nothing can be published on the topic "call/a/#/doIt"', code: 400 },
      4: { error: expect.stringContaining('requestTopicExpression'), code: 400 },
    });
    expect(heard).toEqual([['call/d/getNothing/2', 'null']]);
  });

  it('calls what the call itself says: get and set of a device, and calls without one', async () => {
    const { command, answering, replies, answered, heard } = await scene(5, {});
    answering((topic) => (topic === 'call/x' ? '21.5' : undefined));
    command(
      rpc(1, 'mqtt_get', 'requestTopicExpression=call/x;responseTopicExpression=answer/x;value=now=${requestId};'),
      rpc(2, 'set', 'requestTopicExpression=call/${deviceName};value=on;'),
      {
        kind: 'rpc',
        id: 3,
        method: 'mqtt_any',
        params: { requestTopicExpression: 'call/${methodName}', valueExpression: 'v' },
      },
    );
    await answered(3);
    expect(Object.fromEntries(replies())).toEqual({ 1: 21.5, 2: { success: true }, 3: { success: true } });
    expect([...heard].sort()).toEqual([
      ['call/d', 'on'],
      ['call/mqtt_any', 'v'],
      ['call/x', 'now=1'],
    ]);
  });

  it('answers calls on one response topic in their order, and hears nothing on it afterwards', async () => {
    const { command, device, heard, gateway, replies, answered } = await scene(5);
    command(rpc(1, 'queue', 'a'), rpc(2, 'queue', 'b'));
    await until('both are called', () => heard.length === 2);
    await device.publishAsync('answer/d/queue', '"first"', { qos: 1 });
    await device.publishAsync('answer/d/queue', '"second"', { qos: 1 });
    await answered(2);
    expect(replies()).toEqual([
      [1, 'first'],
      [2, 'second'],
    ]);
    await device.publishAsync('answer/d/queue', '"third"', { qos: 1 });
    command(rpc(3, 'queue', 'c'));
    await until('it is called again', () => heard.length === 3);
    await device.publishAsync('answer/d/queue', '"fourth"', { qos: 1 });
    await answered(3);
    expect(replies()[2]).toEqual([3, 'fourth']);
    expect(gateway.facts.filter(({ kind }) => kind === 'alert')).toEqual([]);
  });

  it('takes no retained message for an answer', async () => {
    const { command, device, heard, replies, answered } = await scene(5);
    await device.publishAsync('answer/d/queue', '"old"', { qos: 1, retain: true });
    command(rpc(1, 'queue'));
    await until('it is called', () => heard.length === 1);
    await device.publishAsync('answer/d/queue', '"new"', { qos: 1 });
    await answered(1);
    expect(replies()).toEqual([[1, 'new']]);
  });

  it('takes an answer on a topic that a mapping covers, and leaves that subscription alone', async () => {
    const { command, answering, device, gateway, replies, answered } = await scene(5, sections, ['answer/#']);
    answering(() => '{"v": "a"}');
    command(rpc(1, 'queue'));
    await answered(1);
    expect(replies()).toEqual([[1, { v: 'a' }]]);
    await device.publishAsync('answer/d/queue', '{"v": "b"}', { qos: 1 });
    await until('the mapping still hears', () => gateway.values().includes('b'));
    expect(gateway.values()).toEqual(['a', 'b']);
  });

  it('fails a call at once whose connection is lost while the device works on it', async () => {
    const { tap, command, heard, replies, answered, gateway } = await scene(5);
    command(rpc(1, 'queue'));
    await until('it is called', () => heard.length === 1);
    tap.cut();
    await answered(1);
    expect(replies()).toEqual([[1, { error: expect.stringContaining('was lost'), code: 503 }]]);
    await gateway.connected(2);
    command(rpc(2, 'doIt'));
    await answered(2);
    expect(heard.map(([topic]) => topic)).toEqual(['call/d/queue', 'call/d/doIt']);
  });

  it('answers a thousand calls at once, each with its own answer', async () => {
    const { command, answering, replies, answered } = await scene(5);
    answering((_topic, payload) => payload);
    command(...Array.from({ length: 1000 }, (_, i) => rpc(i, i % 2 === 0 ? 'getIt' : 'doIt', { i })));
    await answered(1000);
    expect(new Map(replies()).size).toBe(1000);
    for (const [id, content] of replies()) expect(content).toEqual(id % 2 === 0 ? { i: id } : { success: true });
  });

  it('carries params and answers of a megabyte, and names such as __proto__', async () => {
    const { command, answering, replies, answered, heard } = await scene(5);
    answering((_topic, payload) => payload);
    const params = JSON.parse(`{"__proto__": {"x": 1}, "big": "${'x'.repeat(1_000_000)}"}`) as Json;
    command(rpc(1, 'getIt', params, '__proto__'));
    await answered(1);
    expect(JSON.stringify(replies()[0]![1])).toBe(JSON.stringify(params));
    expect(heard[0]![0]).toBe('call/__proto__/getIt/1');
  });

  it('answers what is in work when it is stopped, and completes', async () => {
    const { command, heard, replies, gateway } = await scene(5);
    command(rpc(1, 'queue'));
    await until('it is called', () => heard.length === 1);
    gateway.stop();
    await until('it completes', () => gateway.completed);
    expect(replies()).toEqual([[1, { error: expect.stringContaining('was lost'), code: 503 }]]);
  });
});

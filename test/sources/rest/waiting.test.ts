import { describe, expect, it } from 'vitest';
import { Refused, Unavailable } from '../../../src/model/errors.js';
import type { Json } from '../../../src/model/message.js';
import { converter, holding, refusing, running, until } from './running.js';

const update = (device: string, values: Record<string, Json>) =>
  ({ kind: 'attributeUpdate', device, values, deleted: [] }) as const;

const waiting = (more: object = {}, response: object = {}) =>
  running({
    mapping: [
      {
        endpoint: '/data',
        HTTPMethods: ['POST'],
        converter,
        response: { responseExpected: true, responseAttribute: 'answer', ...response },
      },
    ],
    ...more,
  });

describe('a request that expects a response', () => {
  it('says so to the platform, and is answered the next value of its device’s attribute', async () => {
    const rest = await waiting();
    const [a, b] = [rest.post('/data', { name: 'A', temp: 1 }), rest.post('/data', { name: 'B', temp: 1 })];
    await until('both have come', () => rest.data().length === 2);
    expect(rest.data()[0]!.attributes).toEqual({ responseExpected: true });
    rest.commands.next(update('B', { other: 0, answer: { b: 2 } }));
    rest.commands.next(update('C', { answer: 'no' }));
    rest.commands.next(update('A', { answer: 'for A' }));
    expect(await (await a).text()).toBe('for A');
    expect(await (await b).text()).toBe('{"b":2}');
  });

  it('several of one device get theirs in order', async () => {
    const rest = await waiting();
    const first = rest.post('/data', { name: 'A', temp: 1 });
    await until('one has come', () => rest.data().length === 1);
    const second = rest.post('/data', { name: 'A', temp: 2 });
    await until('two have come', () => rest.data().length === 2);
    rest.commands.next(update('A', { answer: 1 }));
    rest.commands.next(update('A', { answer: 2 }));
    expect([await (await first).text(), await (await second).text()]).toEqual(['1', '2']);
  });

  it('is answered 408 when none comes in time', async () => {
    const rest = await waiting({}, { timeout: 0.05, unsuccessfulResponse: 'sorry' });
    const response = await rest.post('/data', { name: 'A', temp: 1 });
    expect([response.status, await response.text()]).toEqual([408, 'sorry']);
  });

  it('is answered 503 when its data is not taken', async () => {
    const rest = await waiting({ settle: refusing(new Unavailable('STORAGE_FULL', 'no room')) });
    expect((await rest.post('/data', { name: 'A', temp: 1 })).status).toBe(503);
  });

  it('is not answered before its data is on disk', async () => {
    const { held, settle, one } = holding();
    const rest = await waiting({ settle });
    let status: number | undefined;
    const answer = rest.post('/data', { name: 'A', temp: 1 }).then((response) => (status = response.status));
    await one();
    rest.commands.next(update('A', { answer: 1 }));
    for (let i = 0; i < 20; i += 1) await new Promise((done) => setImmediate(done));
    expect(status).toBeUndefined();
    held[0]!.ack();
    expect(await answer).toBe(200);
  });

  it('whose sender has gone takes no value from the next one', async () => {
    const rest = await waiting();
    const gone = new AbortController();
    const first = rest.post('/data', { name: 'A', temp: 1 }, { signal: gone.signal }).catch(() => 'gone');
    await until('one has come', () => rest.data().length === 1);
    gone.abort();
    expect(await first).toBe('gone');
    let answers = 0;
    // When the server has seen the first one go is its own affair: a value goes to whoever waits.
    for (let i = 0; i < 100 && answers === 0; i += 1) {
      const before = rest.data().length;
      const next = rest.post('/data', { name: 'A', temp: 2 });
      await until('another has come', () => rest.data().length > before);
      rest.commands.next(update('A', { answer: i }));
      await next.then(() => (answers += 1));
    }
    expect(answers).toBe(1);
  });

  it('is answered 503 when the gateway stops', async () => {
    const rest = await waiting();
    const answer = rest.post('/data', { name: 'A', temp: 1 });
    await until('it has come', () => rest.data().length === 1);
    rest.commands.complete();
    expect((await answer).status).toBe(503);
    await until('it has completed', () => rest.completed);
  });
});

describe('an attribute request', () => {
  const requestsMapping = {
    attributeRequests: [
      {
        endpoint: '/ask',
        HTTPMethods: ['POST', 'GET'],
        type: 'client',
        timeout: 0.2,
        deviceNameExpression: '${device}',
        attributeNameExpression: '${a}${b}',
      },
    ],
  };
  const id = (rest: Awaited<ReturnType<typeof running>>): number => {
    const [message] = rest.messages;
    if (message?.kind !== 'attributeRequest') throw new Error('nobody has asked');
    return message.id;
  };

  it('is answered with the values that there are', async () => {
    const rest = await running({ requestsMapping });
    const answer = fetch(`${rest.url}/ask?device=A&a=x&b=y`);
    await until('it has come', () => rest.messages.length === 1);
    expect(rest.messages).toMatchObject([{ kind: 'attributeRequest', device: 'A', scope: 'client', keys: ['x', 'y'] }]);
    rest.commands.next({ kind: 'attributeValues', device: 'A', id: id(rest), values: { x: 1 } });
    const response = await answer;
    expect([response.status, await response.json()]).toEqual([200, { x: 1 }]);
  });

  it('takes the answer to its own question, not to one of another device, or of another connector', async () => {
    const [rest, other] = [await running({ requestsMapping }), await running({ requestsMapping })];
    const answers = [rest, other].map((one) => fetch(`${one.url}/ask?device=A&a=x`));
    await until('both have come', () => rest.messages.length + other.messages.length === 2);
    expect(id(other)).not.toBe(id(rest));
    rest.commands.next({ kind: 'attributeValues', device: 'B', id: id(rest), values: { x: 1 } });
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([408, 408]);
  });

  it('of one name is answered with an object too', async () => {
    const rest = await running({ requestsMapping });
    const answer = rest.post('/ask', { device: 'A', b: 'y' });
    await until('it has come', () => rest.messages.length === 1);
    rest.commands.next({ kind: 'attributeValues', device: 'A', id: id(rest), value: 'v' });
    expect(await (await answer).json()).toEqual({ y: 'v' });
  });

  it('is answered 400 when it comes back for good', async () => {
    const rest = await running({ requestsMapping, settle: refusing(new Refused('CONVERSION_FAILED', 'never')) });
    expect((await rest.post('/ask', { device: 'A', a: 'x' })).status).toBe(400);
  });

  it('is answered 408 without an answer, 503 when it comes back, 400 when it names nothing', async () => {
    const rest = await running({ requestsMapping });
    expect((await rest.post('/ask', { device: 'A', a: 'x' })).status).toBe(408);
    const full = await running({ requestsMapping, settle: refusing(new Unavailable('BROKER_UNREACHABLE', 'away')) });
    const back = await full.post('/ask', { device: 'A', a: 'x' });
    expect([back.status, back.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await rest.post('/ask', { a: 'x' })).status).toBe(400);
    expect((await rest.post('/ask', { device: 'A' })).status).toBe(400);
    expect((await rest.post('/ask', { device: ' ', a: 'x' })).status).toBe(400);
  });
});

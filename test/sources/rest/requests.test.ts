import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Refused, Unavailable } from '../../../src/model/errors.js';
import { converter, holding, refusing, running, until } from './running.js';

describe('a request is answered', () => {
  it('200 only after its data was acknowledged', async () => {
    const { held, settle, one } = holding();
    const rest = await running({ settle });
    let status: number | undefined;
    const answer = rest.post('/data', { name: 'A', temp: 21.5 }).then((response) => (status = response.status));
    await one();
    // The loop turns some times: an answer that was on its way would be there.
    for (let i = 0; i < 20; i += 1) await new Promise((done) => setImmediate(done));
    expect(status).toBeUndefined();
    held[0]!.ack();
    expect(await answer).toBe(200);
    expect(rest.data()).toMatchObject([{ device: 'A', profile: 'thermo', telemetry: [{ values: { temp: 21.5 } }] }]);
  });

  it('503 with Retry-After when the storage cannot take it now', async () => {
    const rest = await running({ settle: refusing(new Unavailable('STORAGE_FULL', 'no room')) });
    const response = await rest.post('/data', { name: 'A', temp: 1 });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toEqual({ error: 'no room' });
    expect(rest.counted('shed')).toBe(1);
  });

  it('503 when the storage says nothing in time', async () => {
    const { settle } = holding();
    const rest = await running({ settle, server: { storageTimeout: 0.05 } });
    const response = await rest.post('/data', { name: 'A', temp: 1 });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  });

  it('413 when the storage can never take it', async () => {
    const rest = await running({ settle: refusing(new Refused('MESSAGE_TOO_LARGE', 'too large')) });
    expect((await rest.post('/data', { name: 'A', temp: 1 })).status).toBe(413);
  });

  it('with the configured bodies', async () => {
    const response = { successResponse: { ok: true }, unsuccessfulResponse: 'no' };
    const rest = await running({ mapping: [{ endpoint: '/data', HTTPMethods: ['POST'], converter, response }] });
    const good = await rest.post('/data', { name: 'A', temp: 1 });
    expect([good.status, await good.json()]).toEqual([200, { ok: true }]);
    const bad = await rest.post('/data', { temp: 1 });
    expect([bad.status, await bad.text()]).toEqual([400, 'no']);
  });

  it('200 for a list when all of it is acknowledged', async () => {
    const { held, settle } = holding();
    const rest = await running({ settle });
    const answer = rest.post('/data', [
      { name: 'A', temp: 1 },
      { name: 'B', temp: 2 },
      { name: 'A', temp: 3 },
    ]);
    await until('both devices have come', () => held.length === 2);
    held.forEach(({ ack }) => ack());
    expect((await answer).status).toBe(200);
    const [a, b] = rest.data();
    expect(a?.telemetry.map(({ values }) => values)).toEqual([{ temp: 1 }, { temp: 3 }]);
    expect(b?.telemetry.map(({ values }) => values)).toEqual([{ temp: 2 }]);
  });
});

describe('a request that is wrong is answered', () => {
  const reasons: readonly (readonly [string, string | object, number, RegExp])[] = [
    ['names no device', { temp: 1 }, 400, /names no device/],
    ['holds none of the values', { name: 'A' }, 400, /none of the values/],
    ['a bad item in a list', [{ name: 'A', temp: 1 }, { temp: 2 }], 400, /item 1: it names no device/],
    ['a list of numbers', [1, 2], 400, /where an object/],
    ['an empty list', [], 400, /empty list/],
    ['no data', '', 415, /no data/],
  ];
  it.each(reasons)('%s', async (_name, body, status, why) => {
    const rest = await running();
    const response = await rest.post('/data', body);
    expect(response.status).toBe(status);
    expect(((await response.json()) as { error: string }).error).toMatch(why);
    expect(rest.messages).toEqual([]);
    expect(rest.counted('failed')).toBe(1);
  });

  it('400 with the reason for a body that is not the JSON it says it is', async () => {
    const rest = await running();
    const response = await rest.post('/data', '{"name":', { headers: { 'content-type': 'application/json' } });
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([
      400,
      expect.stringMatching(/^the body is not JSON: /),
    ]);
  });

  it('404 for a path that nobody knows, 405 with Allow for a method', async () => {
    const rest = await running();
    expect((await rest.post('/nothing', { name: 'A' })).status).toBe(404);
    const response = await fetch(`${rest.url}/data`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('401 without the right user and password', async () => {
    const security = { type: 'basic', username: 'user', password: 'päss:word' };
    const rest = await running({ mapping: [{ endpoint: '/data', HTTPMethods: ['POST'], security, converter }] });
    const as = (credentials?: string) =>
      rest.post('/data', '{"name":"A","temp":1}', {
        headers:
          credentials === undefined ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      });
    const none = await as();
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="gateway"']);
    expect((await as('user:wrong')).status).toBe(401);
    expect((await as('user')).status).toBe(401);
    expect(rest.messages).toEqual([]);
    expect((await as('user:päss:word')).status).toBe(200);
  });

  it('413 for a body that is too large, said or not', async () => {
    const rest = await running({ server: { maxBodyBytes: 100 } });
    const large = JSON.stringify({ name: 'A', temp: 1, more: 'x'.repeat(200) });
    expect((await rest.post('/data', large)).status).toBe(413);
    const stream = new ReadableStream({
      start: (controller) => {
        controller.enqueue(Buffer.from(large));
        controller.close();
      },
    });
    const chunked = await fetch(`${rest.url}/data`, { method: 'POST', body: stream, duplex: 'half' });
    expect(chunked.status).toBe(413);
    expect(rest.messages).toEqual([]);
  });

  it('415 for what is compressed, and for another charset', async () => {
    const rest = await running();
    const as = (headers: Record<string, string>) => rest.post('/data', '{"name":"A","temp":1}', { headers });
    expect((await as({ 'content-encoding': 'gzip' })).status).toBe(415);
    expect((await as({ 'content-type': 'application/json; charset=utf-16' })).status).toBe(415);
    expect((await as({ 'content-type': 'application/json; charset="UTF-8"' })).status).toBe(200);
  });
});

describe('data comes from', () => {
  const values = [
    { key: 'temp', value: '${temp}', type: 'double' },
    { key: 'all', value: '${id}/${name}' },
  ];
  const reading = { ...converter, timeseries: values };
  const mapping = [{ endpoint: '/dev/{id}', HTTPMethods: ['GET', 'POST', 'PUT', 'HEAD'], converter: reading }];
  const last = (rest: Awaited<ReturnType<typeof running>>) => rest.data().at(-1)?.telemetry[0]?.values;

  it('the path, the body and the query, of which the later wins', async () => {
    const rest = await running({ mapping });
    expect((await rest.post('/dev/7%2F8?temp=3&temp=4', { name: 'A', temp: 1, id: 'mine' })).status).toBe(200);
    expect(last(rest)).toEqual({ temp: 3, all: 'mine/A' });
    expect((await rest.post('/dev/7%2F8', { name: 'A', temp: 1 })).status).toBe(200);
    expect(last(rest)).toEqual({ temp: 1, all: '7/8/A' });
  });

  it('a GET without a body', async () => {
    const rest = await running({ mapping });
    expect((await fetch(`${rest.url}/dev/x?name=A&temp=5`)).status).toBe(200);
    expect(last(rest)).toEqual({ temp: 5, all: 'x/A' });
  });

  it('a form, and JSON that curl calls one', async () => {
    const rest = await running({ mapping });
    expect((await rest.post('/dev/x', new URLSearchParams({ name: 'A', temp: '5.5' }))).status).toBe(200);
    expect(last(rest)).toEqual({ temp: 5.5, all: 'x/A' });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await rest.post('/dev/y', '{"name":"A","temp":6}', { headers })).status).toBe(200);
    expect(last(rest)).toEqual({ temp: 6, all: 'y/A' });
  });

  it('a multipart form: texts, parts of JSON; files are passed over', async () => {
    const rest = await running({ mapping });
    const lines = [
      '--b',
      'Content-Disposition: form-data; name="name"',
      '',
      'A',
      '--b',
      'Content-Disposition: form-data; name="temp"',
      'Content-Type: application/json',
      '',
      '7.5',
      '--b',
      'Content-Disposition: form-data; name="id"; filename="x.bin"',
      'Content-Type: application/octet-stream',
      '',
      'file',
      '--b--',
      '',
    ];
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    expect((await rest.post('/dev/x', lines.join('\r\n'), { headers })).status).toBe(200);
    expect(last(rest)).toEqual({ temp: 7.5, all: 'x/A' });
    const cut = await rest.post('/dev/x', lines.slice(0, 6).join('\r\n'), { headers });
    expect([cut.status, ((await cut.json()) as { error: string }).error]).toEqual([
      400,
      expect.stringMatching(/multipart/),
    ]);
    const none = await rest.post('/dev/x', 'x', { headers: { 'content-type': 'multipart/form-data' } });
    expect(none.status).toBe(400);
  });

  it('a text, under the name text', async () => {
    const texts = {
      ...converter,
      deviceInfo: { deviceNameExpression: 'D' },
      timeseries: [{ key: 't', value: '${text}' }],
    };
    const rest = await running({ mapping: [{ endpoint: '/data', HTTPMethods: ['POST'], converter: texts }] });
    expect((await rest.post('/data', 'hello')).status).toBe(200);
    expect((await rest.post('/data', '21.50')).status).toBe(200);
    expect(rest.data().map(({ telemetry }) => telemetry[0]?.values)).toEqual([{ t: 'hello' }, { t: '21.50' }]);
  });

  it.each(['json', '', 'text', 'application/json/x'])('JSON, though its content type is none: "%s"', async (type) => {
    const rest = await running({ mapping });
    const headers = { 'content-type': type };
    expect((await rest.post('/dev/x', '{"name":"A","temp":6}', { headers })).status).toBe(200);
    expect(last(rest)).toEqual({ temp: 6, all: 'x/A' });
  });

  it('keys such as __proto__, which stay ordinary keys', async () => {
    const odd = { ...converter, timeseries: [{ key: '${key}', value: '${__proto__}' }] };
    const rest = await running({ mapping: [{ endpoint: '/data', HTTPMethods: ['POST'], converter: odd }] });
    const body = '{"name":"A","key":"__proto__","__proto__":5}';
    expect((await rest.post('/data?x=1', body)).status).toBe(200);
    expect(Object.entries(rest.data()[0]!.telemetry[0]!.values)).toEqual([['__proto__', 5]]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe('the server is bounded', () => {
  it('503 beyond maxOpenRequests, until one is settled, whether its sender still waits or not', async () => {
    const { held, settle } = holding();
    const rest = await running({ settle, server: { maxOpenRequests: 2 } });
    const body = { name: 'A', temp: 1 };
    const gone = new AbortController();
    const first = rest.post('/data', body, { signal: gone.signal }).catch(() => 'gone');
    const second = rest.post('/data', body);
    await until('two have come', () => held.length === 2);
    const third = await rest.post('/data', body);
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '5']);
    gone.abort();
    expect(await first).toBe('gone');
    expect((await rest.post('/data', body)).status).toBe(503);
    held[0]!.ack();
    let last: Promise<Response> | undefined;
    await until('there is a place again', () => {
      last ??= rest.post('/data', body);
      return held.length === 3;
    });
    held.slice(1).forEach(({ ack }) => ack());
    expect((await second).status).toBe(200);
    expect((await last!).status).toBe(200);
    expect(rest.counted('shed')).toBe(2);
  });

  it('503 beyond maxOpenBytes; one body always fits', async () => {
    const { held, settle } = holding();
    const rest = await running({ settle, server: { maxOpenBytes: 10 } });
    const first = rest.post('/data', { name: 'A', temp: 1 });
    await until('one has come', () => held.length === 1);
    expect((await rest.post('/data', { name: 'A', temp: 1 })).status).toBe(503);
    held[0]!.ack();
    expect((await first).status).toBe(200);
  });

  it('a connection whose request takes too long is closed', async () => {
    const rest = await running({ server: { headersTimeout: 0.2, requestTimeout: 0.2 } });
    const socket = connect(rest.port, '127.0.0.1');
    let text = '';
    socket.on('data', (part) => (text += part.toString()));
    const closed = new Promise((done) => socket.on('close', done));
    socket.write('POST /data HTTP/1.1\r\nHost: x\r\nContent-Le');
    await closed;
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('what a sender leaves in the middle of a body costs nothing', async () => {
    const rest = await running({ server: { maxOpenRequests: 1 } });
    const half = request(`${rest.url}/data`, { method: 'POST', headers: { 'content-length': '100' } });
    half.on('error', () => undefined);
    half.write('{"name"');
    await until('it is open', () => half.socket?.connecting === false);
    half.destroy();
    const statuses: number[] = [];
    for (let i = 0; i < 200 && statuses.at(-1) !== 200; i += 1)
      statuses.push((await rest.post('/data', { name: 'A', temp: 1 })).status);
    expect(statuses.at(-1)).toBe(200);
  });
});

describe('the life of the server', () => {
  it('says connecting, connected; and at the end disconnected', async () => {
    const rest = await running();
    expect(rest.phases()).toEqual(['connecting', 'connected']);
    rest.commands.complete();
    await until('it has completed', () => rest.completed);
    expect(rest.phases()).toEqual(['connecting', 'connected', 'disconnected']);
    await expect(fetch(rest.url)).rejects.toThrow();
  });

  it('tries again where the port is taken', async () => {
    const first = await running();
    const config = { server: { port: first.port } };
    const waiting = running(config);
    await new Promise((done) => setImmediate(done));
    first.commands.complete();
    const second = await waiting;
    expect(second.phases()).toEqual(['connecting', 'reconnecting', ...second.phases().slice(2)]);
    expect(second.facts).toContainEqual(expect.objectContaining({ phase: 'reconnecting', code: 'CANNOT_LISTEN' }));
    expect((await second.post('/data', { name: 'A', temp: 1 })).status).toBe(200);
  });

  it('a stop ends the intake and finishes what is open', async () => {
    const { held, settle, one } = holding();
    const rest = await running({ settle });
    const answer = rest.post('/data', { name: 'A', temp: 1 });
    await one();
    rest.commands.complete();
    await expect(rest.post('/data', { name: 'B', temp: 1 })).rejects.toThrow();
    expect(rest.completed).toBe(false);
    held[0]!.ack();
    expect((await answer).status).toBe(200);
    await until('it has completed', () => rest.completed);
  });

  it('a connection that is kept is told to go at a stop', async () => {
    const { held, settle, one } = holding();
    const rest = await running({ settle });
    const answer = rest.post('/data', { name: 'A', temp: 1 });
    await one();
    rest.commands.complete();
    held[0]!.ack();
    expect((await answer).headers.get('connection')).toBe('close');
  });

  it('unsubscribing cuts what is open', async () => {
    const { settle, one } = holding();
    const rest = await running({ settle });
    const answer = rest.post('/data', { name: 'A', temp: 1 });
    await one();
    rest.unsubscribe();
    await expect(answer).rejects.toThrow();
  });
});

describe('what is hardly HTTP', () => {
  const raw = (port: number, text: string): Promise<string> =>
    new Promise((done) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (part) => (answer += part.toString()));
      socket.on('error', () => done(answer));
      socket.on('close', () => done(answer));
    });

  it.each([
    ['a path that cannot be decoded', 'POST /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a head of 40 kB', `GET /data HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
    ['no Host', 'POST /data HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    [
      'two lengths',
      'POST /data HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('is answered with its status, and the next request passes: %s', async (_what, text, status) => {
    const rest = await running();
    expect(await raw(rest.port, text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await rest.post('/data', { name: 'A', temp: 1 })).status).toBe(200);
  });

  it.each([
    ['cannot be decoded', '/dev/%zz?key=secret', 400, 'the path is not encoded as one'],
    ['has a part that is too long', `/dev/${'x'.repeat(600)}`, 414, 'a part of the path is too long'],
  ])(
    'a path that %s is refused like any other request, with the reason and in the log',
    async (_what, path, status, why) => {
      const rest = await running({ mapping: [{ endpoint: '/dev/{name}', HTTPMethods: ['POST'], converter }] });
      const answer = await raw(rest.port, `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(answer.split('\r\n\r\n')[1]).toBe(JSON.stringify({ error: why }));
      expect(rest.logged).toContainEqual(['a request was refused', expect.objectContaining({ status, why })]);
      expect(JSON.stringify(rest.logged)).not.toContain('secret');
    },
  );

  it('a request for a body that is refused by its length is answered before the body comes', async () => {
    const rest = await running({ server: { maxBodyBytes: 100 } });
    const answer = await raw(
      rest.port,
      'POST /data HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });
});

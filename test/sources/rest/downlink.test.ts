import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { Rpc } from '../../../src/model/command.js';
import type { Json } from '../../../src/model/message.js';
import { multipart } from '../../../src/sources/rest/server/multipart.js';
import { certificateFor } from '../../../src/sources/rest/server/certificate-for.js';
import { device } from './devices.js';
import { running, undone, until } from './running.js';

const rpc = (method: string, params: Json = null, of: string | null = 'SN 1'): Rpc => ({
  kind: 'rpc',
  ...(of === null ? {} : { device: of }),
  id: 5,
  method,
  params,
});

/** Calls a method and gives the reply's content. */
const called = async (rest: Awaited<ReturnType<typeof running>>, command: Rpc): Promise<Json> => {
  const before = rest.messages.length;
  rest.commands.next(command);
  await until('there is a reply', () => rest.messages.length > before);
  const reply = rest.messages.at(-1)!;
  if (reply.kind !== 'reply') throw new Error(`${reply.kind} is no reply`);
  expect([reply.device, reply.id]).toEqual([command.device, command.id]);
  return reply.content;
};

const ruled = (rule: object) =>
  running({ requestsMapping: { serverSideRpc: [{ deviceNameFilter: 'SN.*', methodFilter: 'm', ...rule }] } });

describe('a call of the platform', () => {
  it('is an HTTP request, and the answer is its result', async () => {
    const { url, got } = await device((_got, response) => void response.end('{"on":true}'));
    const rest = await ruled({
      requestUrlExpression: `${url}/\${deviceName}/\${methodName}/\${requestId}/\${restId}/\${params.room}`,
      valueExpression: '{"set":"${params.level}","of":"${deviceName}"}',
      HTTPMethod: 'post',
      httpHeaders: { 'Content-Type': 'application/json', 'X-Own': 1 },
    });
    expect(await called(rest, rpc('m', { level: 3, room: 'a/b' }))).toEqual({ result: { on: true } });
    expect(got).toMatchObject([
      {
        method: 'POST',
        url: '/SN%201/m/5/5/a%2Fb',
        headers: { 'content-type': 'application/json', 'x-own': '1' },
        body: '{"set":"3","of":"SN 1"}',
      },
    ]);
  });

  it('may be a GET with a body, and one without', async () => {
    const { url, got } = await device((_got, response) => void response.end('text'));
    const rest = await ruled({ requestUrlExpression: url, valueExpression: '${params}' });
    expect(await called(rest, rpc('m', 1))).toEqual({ result: 'text' });
    expect(await called(rest, rpc('m', ''))).toEqual({ result: 'text' });
    expect(got.map(({ method, body }) => [method, body])).toEqual([
      ['GET', '1'],
      ['GET', ''],
    ]);
  });

  it('is answered with the status and the reason of a failure', async () => {
    const { url } = await device((_got, response) => void response.writeHead(418, 'Teapot').end('no'));
    const rest = await ruled({ requestUrlExpression: url });
    expect(await called(rest, rpc('m'))).toEqual({ error: 'Teapot', code: 418 });
  });

  it('is answered 408 after its timeout', async () => {
    const { url } = await device(() => undefined);
    const rest = await ruled({ requestUrlExpression: url, timeout: 0.05 });
    expect(await called(rest, rpc('m'))).toEqual({ error: 'Timeout', code: 408 });
  });

  it('is answered 408 where the answer begins and does not end', async () => {
    const { url } = await device((_got, response) => void response.write('a'));
    const rest = await ruled({ requestUrlExpression: url, timeout: 0.1 });
    expect(await called(rest, rpc('m'))).toEqual({ error: 'Timeout', code: 408 });
  });

  it('is answered 503 where nobody listens, 500 where the connection breaks', async () => {
    const { url } = await device((_got, response) => void response.destroy());
    const broken = await ruled({ requestUrlExpression: url });
    expect(await called(broken, rpc('m'))).toMatchObject({ code: 500 });
    const nobody = await ruled({ requestUrlExpression: '127.0.0.1:1' });
    expect(await called(nobody, rpc('m'))).toMatchObject({ code: 503 });
  });

  it('is answered 500 where the answer is too large', async () => {
    const { url } = await device((_got, response) => void response.end('x'.repeat(1024 * 1024 + 1)));
    expect(await called(await ruled({ requestUrlExpression: url }), rpc('m'))).toMatchObject({ code: 500 });
  });

  it('is answered 404 where no rule fits the whole of its names', async () => {
    const rest = await ruled({ requestUrlExpression: '127.0.0.1:1' });
    expect(await called(rest, rpc('mm'))).toMatchObject({ code: 404 });
    expect(await called(rest, rpc('m', null, 'XSN'))).toMatchObject({ code: 404 });
  });

  it('is answered 400 where its URL is none', async () => {
    const rest = await ruled({ requestUrlExpression: 'http://${params.x}/' });
    expect(await called(rest, rpc('m', { x: 'a b' }))).toMatchObject({ code: 400 });
  });

  it('says no user and no password where its URL is none', async () => {
    const rest = await ruled({ requestUrlExpression: 'http://user:pass-word@h:${params}/' });
    const reply = await called(rest, rpc('m', 'x'));
    expect(reply).toMatchObject({ code: 400 });
    expect(JSON.stringify([reply, rest.logged])).not.toContain('pass-word');
  });

  it('follows redirects where it may, without what shows who the gateway is', async () => {
    const other = await device((_got, response) => void response.end('there'));
    const { url } = await device((_got, response) => void response.writeHead(302, { location: other.url }).end());
    const security = { type: 'basic', username: 'u', password: 'p' };
    const rule = { requestUrlExpression: url, HTTPMethod: 'POST', valueExpression: 'x', security };
    expect(await called(await ruled(rule), rpc('m'))).toEqual({ error: 'Found', code: 302 });
    expect(await called(await ruled({ ...rule, allowRedirects: true }), rpc('m'))).toEqual({ result: 'there' });
    expect(other.got).toMatchObject([{ method: 'GET', body: '' }]);
    expect(other.got[0]!.headers.authorization).toBeUndefined();
  });

  it('shows its certificate to its own host, and not to the one that a redirect leads to', async () => {
    const folder = undone(mkdtempSync(join(tmpdir(), 'rest-')), (made) => rmSync(made, { recursive: true }));
    const pair = certificateFor('127.0.0.1', Date.now());
    writeFileSync(join(folder, 'own.pem'), `${pair.key}${pair.cert}`);
    const shown: boolean[] = [];
    const tls = { ...pair, requestCert: true, rejectUnauthorized: false };
    const look = (response: ServerResponse): void => {
      const { raw } = (response.socket as TLSSocket).getPeerCertificate();
      shown.push((raw as Buffer | undefined) !== undefined);
    };
    const other = await device((_got, response) => {
      look(response);
      response.end('there');
    }, tls);
    const { url } = await device((_got, response) => {
      look(response);
      response.writeHead(302, { location: other.url.replace('127.0.0.1', 'localhost') }).end();
    }, tls);
    const security = { type: 'cert', cert: join(folder, 'own.pem') };
    const rest = await ruled({ requestUrlExpression: url, allowRedirects: true, SSLVerify: false, security });
    expect(await called(rest, rpc('m'))).toEqual({ result: 'there' });
    expect(shown).toEqual([true, false]);
  });

  it('to a server for which its certificate cannot be read is answered with the reason, after a redirect too', async () => {
    const { url } = await device((_got, response) => {
      response.writeHead(302, { location: 'https://127.0.0.1:1/' }).end();
    });
    const security = { type: 'cert', cert: '/nowhere/cert.pem' };
    const rest = await ruled({ requestUrlExpression: url, allowRedirects: true, security });
    expect(await called(rest, rpc('m'))).toMatchObject({ code: 500, error: expect.stringContaining('ENOENT') });
  });

  it('ends after five redirects', async () => {
    const { url, got } = await device((_got, response) => void response.writeHead(307, { location: '/' }).end());
    expect(await called(await ruled({ requestUrlExpression: url, allowRedirects: true }), rpc('m'))).toMatchObject({
      code: 500,
    });
    expect(got).toHaveLength(6);
  });

  it('shows user and password', async () => {
    const { url, got } = await device();
    const security = { type: 'basic', username: 'u', password: 'p' };
    await called(await ruled({ requestUrlExpression: url, security }), rpc('m'));
    expect(got[0]!.headers.authorization).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
  });

  it('over HTTPS verifies the server, unless it is not to', async () => {
    const { url } = await device((_got, response) => void response.end('1'), certificateFor('127.0.0.1', Date.now()));
    expect(await called(await ruled({ requestUrlExpression: url }), rpc('m'))).toMatchObject({
      code: 500,
      error: expect.stringContaining('self-signed'),
    });
    expect(await called(await ruled({ requestUrlExpression: url, SSLVerify: false }), rpc('m'))).toEqual({ result: 1 });
  });

  it('whose certificate is not there is answered with the reason, and costs no other', async () => {
    const security = { type: 'cert', cert: '/nowhere/cert.pem' };
    const rest = await ruled({ requestUrlExpression: 'https://127.0.0.1:1', security });
    expect(await called(rest, rpc('m'))).toMatchObject({ code: 500, error: expect.stringContaining('ENOENT') });
  });

  it('get and set, and those to the connector, say themselves how they are sent', async () => {
    const { url, got } = await device((_got, response) => void response.end('7'));
    const rest = await running();
    const text = `requestUrlExpression=${url}/x?a=b;HTTPMethod=PUT;value={"v":"\${deviceName}"};timeout=5;`;
    expect(await called(rest, rpc('set', text))).toEqual({ result: 7 });
    expect(await called(rest, rpc('rest_get', `device=SN-2 ${text}`, null))).toEqual({ result: 7 });
    const object = { requestUrlExpression: url, HTTPMethod: 'PUT', value: { a: ';' } };
    expect(await called(rest, rpc('rest_set', object, null))).toEqual({ result: 7 });
    expect(got.map(({ method, url: at, body }) => [method, at, body])).toEqual([
      ['PUT', '/x?a=b', '{"v":"SN 1"}'],
      ['PUT', '/x?a=b', '{"v":"SN-2"}'],
      ['PUT', '/', '{"a":";"}'],
    ]);
    expect(await called(rest, rpc('get', 'value=1;'))).toMatchObject({
      code: 400,
      error: expect.stringContaining('requestUrlExpression'),
    });
  });

  it('that is under way when the connector is unsubscribed is given up', async () => {
    let closed = false;
    const { url, got } = await device((_got, response) => void response.on('close', () => (closed = true)));
    const rest = await ruled({ requestUrlExpression: url });
    rest.commands.next(rpc('m'));
    await until('it has come', () => got.length === 1);
    rest.unsubscribe();
    await until('it was given up', () => closed);
  });
});

describe('a changed shared attribute', () => {
  const update = (values: Record<string, Json>, of = 'SN 1') =>
    ({ kind: 'attributeUpdate', device: of, values, deleted: ['gone'] }) as const;

  it('is sent by every rule that fits, each key of it', async () => {
    const { url, got } = await device();
    const rest = await running({
      requestsMapping: {
        attributeUpdates: [
          {
            deviceNameFilter: 'SN.*',
            attributeFilter: 'fw|mode',
            requestUrlExpression: `${url}/a/\${attributeKey}/\${attributeValue}`,
            valueExpression: '{"deviceName":"${deviceName}","${attributeKey}":"${attributeValue}"}',
            HTTPMethod: 'POST',
            httpHeaders: '{"Content-Type":"application/json"}',
          },
          { deviceNameFilter: '.*', attributeFilter: 'fw', requestUrlExpression: `${url}/b` },
        ],
      },
    });
    rest.commands.next(update({ fw: '1"2', mode: { a: 1 }, firmware: 3 }));
    await until('all have come', () => got.length === 3);
    expect(got.map(({ url: at, body }) => [at, body]).sort()).toEqual([
      ['/a/fw/1%222', '{"deviceName":"SN 1","fw":"1\\"2"}'],
      ['/a/mode/%7B%22a%22%3A1%7D', '{"deviceName":"SN 1","mode":"{\\"a\\":1}"}'],
      ['/b', ''],
    ]);
  });

  it('lands in the order of the changes, whatever its device takes for one', async () => {
    const held: (() => void)[] = [];
    const { url, got } = await device((_got, response) => void held.push(() => response.end()));
    const rule = {
      deviceNameFilter: '.*',
      attributeFilter: '.*',
      requestUrlExpression: `${url}/\${deviceName}/\${attributeValue}`,
    };
    const rest = await running({ requestsMapping: { attributeUpdates: [rule] } });
    rest.commands.next(update({ v: 1 }));
    rest.commands.next(update({ v: 2 }));
    rest.commands.next(update({ v: 3 }, 'SN2'));
    await until('two devices have one each', () => got.length === 2);
    expect(got.map(({ url: at }) => at).sort()).toEqual(['/SN%201/1', '/SN2/3']);
    held.forEach((end) => end());
    await until('the second has come', () => got.length === 3);
    expect(got[2]!.url).toBe('/SN%201/2');
    held.at(-1)!();
  });

  it('that fails is logged, and the next one is sent', async () => {
    const { url, got } = await device(
      ({ url: at }, response) => void response.writeHead(at === '/1' ? 500 : 200).end(),
    );
    const rule = { deviceNameFilter: '.*', attributeFilter: '.*', requestUrlExpression: `${url}/\${attributeValue}` };
    const rest = await running({ requestsMapping: { attributeUpdates: [rule] } });
    rest.commands.next(update({ v: 1 }));
    rest.commands.next(update({ v: 2 }));
    await until('both have come', () => got.length === 2);
    await until('one is logged', () => rest.logged.some(([text]) => text.includes('could not be delivered')));
  });

  it('is a form where its header says so', async () => {
    const { url, got } = await device();
    const rule = {
      deviceNameFilter: '.*',
      attributeFilter: '.*',
      requestUrlExpression: url,
      HTTPMethod: 'POST',
      valueExpression: '{"${attributeKey}":"${attributeValue}"}',
      httpHeaders: { 'content-type': 'multipart/form-data' },
    };
    const rest = await running({ requestsMapping: { attributeUpdates: [rule] } });
    rest.commands.next(update({ fw: 'ä' }));
    await until('it has come', () => got.length === 1);
    const { headers, body } = got[0]!;
    const fields = await new Promise((done) =>
      multipart(Buffer.from(body), headers['content-type']!, (error, found) => done(error ?? found)),
    );
    expect(fields).toEqual({ fw: 'ä' });
  });
});

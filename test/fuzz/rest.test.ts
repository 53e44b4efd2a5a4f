import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reasonOf } from '../../src/model/errors.js';
import { HttpError } from '../../src/sources/rest/server/http-error.js';
import { uplink } from '../../src/sources/rest/uplink.js';
import type { Uplink } from '../../src/sources/rest/uplink.js';
import { configOf, converter, running } from '../sources/rest/running.js';
import { nastyPayload } from './nasty-json.js';
import { patience, runs } from './runs.js';

const types = fc.constantFrom('', 'application/json', 'application/x-www-form-urlencoded', 'text/plain');
const odd = {
  ...converter,
  attributes: [{ key: '${key}', value: '${__proto__}' }],
  timeseries: [
    { key: 'temp', value: '${temp}', type: 'int', tsField: '${time}' },
    { key: '${name}', value: '${a.b}-${values}' },
    { key: 'all', value: '${data}' },
  ],
};

describe('what a body makes of the REST connector', { timeout: patience }, () => {
  const [mapping] = configOf({
    server: { host: 'h' },
    mapping: [{ endpoint: '/{data}', HTTPMethods: ['POST'], converter: odd }],
  }).mapping;
  const read = uplink(mapping!) as Uplink;

  it('is readings that can be written down, or a reason', () => {
    fc.assert(
      fc.property(nastyPayload, types, fc.dictionary(fc.string(), fc.string()), (body, contentType, query) => {
        const received = { method: 'POST', params: { data: 'd', name: 'N' }, query, contentType, body };
        try {
          for (const { device, telemetry, attributes } of read(received, 0)) {
            expect(device.trim()).not.toBe('');
            JSON.stringify([telemetry, attributes]);
          }
        } catch (error) {
          // Nothing else may leave but a stack that is too deep, which the desk answers as well.
          if (!(error instanceof HttpError)) expect(error).toBeInstanceOf(RangeError);
          expect(reasonOf(error)).not.toBe('');
        }
      }),
      runs(1_000),
    );
  });

  it('over the wire is an answer with a status that says it, and the server lives on', async () => {
    const rest = await running({
      mapping: [{ endpoint: '/{data}', HTTPMethods: ['POST'], converter: odd }],
      requestsMapping: {
        attributeRequests: [
          {
            endpoint: '/ask',
            HTTPMethods: ['POST'],
            timeout: 0.01,
            deviceNameExpression: '${name}',
            attributeNameExpression: '${key}${a}',
          },
        ],
      },
    });
    await fc.assert(
      fc.asyncProperty(nastyPayload, types, fc.constantFrom('/x', '/ask'), async (body, type, path) => {
        const response = await rest.post(path, '', { body: new Uint8Array(body), headers: { 'content-type': type } });
        await response.arrayBuffer();
        expect([200, 400, 408, 413, 415]).toContain(response.status);
      }),
      runs(300),
    );
    expect(rest.completed).toBe(false);
  });

  it('bytes that are no HTTP cost a connection and nothing else', async () => {
    const rest = await running();
    const head = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(
          fc.constantFrom('GET', 'POST', 'PROPFIND', 'CONNECT', 'PRI', ''),
          fc.constantFrom('/data', '*', '//', '/%zz', 'http://x/data', `/${'a'.repeat(20_000)}`),
          fc.constantFrom(
            '',
            'Content-Length: -1',
            'Content-Length: 1\r\nContent-Length: 2',
            'Transfer-Encoding: x',
            'Upgrade: h2c',
          ),
        )
        .map(([method, path, header]) => Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`)),
    );
    await fc.assert(
      fc.asyncProperty(head, async (bytes) => {
        await new Promise<void>((done) => {
          const socket = connect(rest.port, '127.0.0.1', () => socket.end(bytes));
          socket.on('error', () => undefined);
          socket.on('close', () => done());
          socket.resume();
        });
      }),
      runs(200),
    );
    expect((await rest.post('/data', { name: 'A', temp: 1 })).status).toBe(200);
  });
});

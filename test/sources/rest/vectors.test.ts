import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json, Values } from '../../../src/model/message.js';
import { stamper } from '../../../src/operators/stamp.js';
import { httpCall } from '../../../src/sources/rest/commands/http-call.js';
import { encoded } from '../../../src/sources/rest/commands/encoded.js';
import { rpcCalls } from '../../../src/sources/rest/commands/rpc-calls.js';
import { attributeUpdates } from '../../../src/sources/rest/commands/attribute-updates.js';
import { modernFile } from '../../../src/sources/rest/config/modern-file.js';
import { uplink } from '../../../src/sources/rest/uplink.js';
import type { Uplink } from '../../../src/sources/rest/uplink.js';
import { otherwise } from '../../fixtures/compat/otherwise.js';
import { configOf } from './running.js';

interface Vector {
  readonly kind: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly input: { readonly device: string; readonly data: Values };
  readonly expected: unknown;
}

const { now, vectors } = JSON.parse(
  readFileSync(new URL('../../fixtures/compat/vectors/rest.json', import.meta.url), 'utf8'),
) as { now: number; vectors: readonly Vector[] };

const server = { host: 'h' };

const converted = ({ config, input }: Vector): unknown => {
  const [mapping] = configOf({ server, mapping: [{ endpoint: '/', HTTPMethods: ['POST'], ...config }] }).mapping;
  const body = Buffer.from(JSON.stringify(input.data));
  const received = { method: 'POST', params: {}, query: {}, contentType: '', body };
  const stamp = stamper({ now: () => now });
  const results = (uplink(mapping!) as Uplink)(received, now).map((said) => {
    const { device, profile, telemetry, attributes } = stamp(said);
    return { deviceName: device, deviceType: profile, telemetry, attributes };
  });
  return results.length === 1 ? results[0] : results;
};

/** The URL without the scheme that is put in front only when it is sent; the body as JSON, for Python puts other spaces into it. */
const sent = ({ config, input: { device, data } }: Vector): unknown => {
  const rule = { deviceNameFilter: '.*', methodFilter: '.*', attributeFilter: '.*', ...config };
  const { requestsMapping } = configOf({
    server,
    requestsMapping: { attributeUpdates: [rule], serverSideRpc: [rule] },
  });
  const { id, method, params } = data as { id?: number; method?: string; params?: Json };
  const [call] =
    id === undefined || method === undefined || params === undefined
      ? attributeUpdates(requestsMapping.attributeUpdates)(
          { kind: 'attributeUpdate', device, values: data, deleted: [] },
          (error) => {
            throw error;
          },
        )
      : [rpcCalls(requestsMapping.serverSideRpc)({ kind: 'rpc', device, id, method, params })];
  const { url, body } = call!;
  const given = /^https?:/.test(config.requestUrlExpression as string);
  return { url: given ? url : url.replace(/^http:\/\//, ''), data: JSON.parse(body.toString()) as Json };
};

const run: Readonly<Record<string, (vector: Vector) => unknown>> = {
  uplink: converted,
  downlink: sent,
  legacy_adapter: ({ config }) => modernFile(config),
};

const expectedOf = ({ kind, expected, config }: Vector): unknown => {
  if (kind === 'downlink') {
    const { url, data } = expected as { url: string; data: string };
    return { url, data: JSON.parse(data) as Json };
  }
  return kind === 'legacy_adapter' ? config : expected;
};

describe('the vectors of the REST connector', () => {
  it.each(vectors.map((vector) => [`${vector.kind}/${vector.name}`, vector] as const))('%s', (id, vector) => {
    const instead = otherwise.get(`rest/${id}`);
    expect(run[vector.kind]!(vector)).toEqual(instead ?? expectedOf(vector));
  });
});

describe('bodies are encoded by their content type', () => {
  const rule = {
    ...configOf({
      server,
      requestsMapping: { serverSideRpc: [{ deviceNameFilter: '', methodFilter: '', requestUrlExpression: 'h' }] },
    }).requestsMapping.serverSideRpc[0]!,
  };
  const bytes = (valueExpression: string, type?: string): string =>
    encoded(
      httpCall({ ...rule, valueExpression, httpHeaders: new Map(type === undefined ? [] : [['Content-Type', type]]) })(
        new Map(),
        {
          n: 1,
          t: 'a"b',
          o: { x: [null] },
        },
      ),
    ).body.toString();

  it.each([
    ['{"n":"${n}"}', 'application/json', '{"n":"1"}'],
    ['{"n":${n}}', 'application/json', '{"n":1}'],
    ['{"${t}":["${t}",1]}', 'application/json', '{"a\\"b":["a\\"b",1]}'],
    ['${o}', 'application/json', '{"x":[null]}'],
    ['hello', 'application/json', '"hello"'],
    ['hello', undefined, 'hello'],
    ['${t}', 'text/plain', 'a"b'],
    ['${nothing}', undefined, '${nothing}'],
    ['', 'application/json', ''],
    ['{"__proto__":"${n}"}', undefined, '{"__proto__":"1"}'],
  ])('%s as %s: %s', (expression, type, body) => {
    expect(bytes(expression, type)).toBe(body);
  });

  it('a form of anything but an object is refused', () => {
    expect(() => bytes('hello', 'multipart/form-data')).toThrow('JSON object');
  });

  it('the length of a body is that of its bytes, whatever the headers say', () => {
    const call = httpCall({ ...rule, valueExpression: 'ä', httpHeaders: new Map([['Content-Length', '9']]) })(
      new Map(),
    );
    expect(encoded(call).headers['content-length']).toBe('2');
  });
});

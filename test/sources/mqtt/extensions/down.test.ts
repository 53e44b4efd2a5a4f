import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decode } from '../../../../src/model/decode.js';
import type { Json } from '../../../../src/model/message.js';
import { attributeUpdates } from '../../../../src/sources/mqtt/commands/attribute-updates.js';
import { rpcCalls } from '../../../../src/sources/mqtt/commands/rpc-calls.js';
import { mqttConfig } from '../../../../src/sources/mqtt/config.js';
import { customRules } from '../../../../src/sources/mqtt/extensions/custom-rules.js';
import { loadConverters } from '../../../../src/sources/mqtt/extensions/load-converters.js';
import { missingExtensions } from '../../../../src/sources/mqtt/extensions/missing-extensions.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'down-'));
  mkdirSync(join(folder, 'extensions', 'mqtt'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const broker = { host: 'h', security: { type: 'anonymous' } };
const update = {
  deviceNameFilter: '.*',
  attributeFilter: 'a',
  topicExpression: '${deviceName}/${attributeKey}',
  extension: 'Own',
};
const rpc = {
  deviceNameFilter: '.*',
  methodFilter: '.*',
  requestTopicExpression: '${deviceName}/${methodName}',
  extension: 'Own',
};

let made = 0;

/** Each module goes by a name of its own: a file is loaded once. */
const opened = async (
  code: string,
  rules: { readonly attributeUpdates?: object[]; readonly serverSideRpc?: object[] },
) => {
  const extension = `Own${(made += 1)}`;
  writeFileSync(join(folder, `extensions/mqtt/${extension}.mjs`), code);
  const named = Object.fromEntries(
    Object.entries(rules).map(([section, list]) => [section, list.map((rule) => ({ ...rule, extension }))]),
  );
  const config = decode(mqttConfig, { broker, mapping: [], requestsMapping: named }).value!;
  const { downs } = await firstValueFrom(loadConverters([], customRules(config), folder));
  return { config, downs };
};
const updating = async (
  code: string,
  values: Readonly<Record<string, Json>>,
  deleted: readonly string[] = [],
  rule: object = update,
) => {
  const { config, downs } = await opened(code, { attributeUpdates: [rule] });
  const failures: string[] = [];
  const of = attributeUpdates(config.requestsMapping.attributeUpdates, downs);
  const published = of({ kind: 'attributeUpdate', device: 'D', values, deleted }, (error) =>
    failures.push(String(error)),
  );
  return { published, failures };
};
const calling = async (code: string, params: Json = null, rule: object = rpc) => {
  const { config, downs } = await opened(code, { serverSideRpc: [rule] });
  return rpcCalls(
    config.requestsMapping.serverSideRpc,
    downs,
  )({ kind: 'rpc', device: 'D', id: 3, method: 'm', params });
};
const down = (body: string): string =>
  `export default { down: ({ extensionConfig, rule }) => (command) => { ${body} } };`;

describe('a way down of the user’s own', () => {
  it('gets what of an update its rule fits, once, and says what is published', async () => {
    const code = down('return JSON.stringify([command, extensionConfig, rule.qos]);');
    const { published, failures } = await updating(code, { a1: 1, b: 2, a2: 'x' }, ['a3', 'c'], {
      ...update,
      extensionConfig: { k: 1 },
      qos: 1,
      retain: true,
    });
    expect(failures).toEqual([]);
    expect(published).toHaveLength(1);
    const [{ payload, ...how }] = published as [(typeof published)[0]];
    expect(how).toEqual({ topic: 'D/a1', retain: true, qos: 1 });
    expect(JSON.parse(String(payload))).toEqual([
      { kind: 'attributeUpdate', device: 'D', values: { a1: 1, a2: 'x' }, deleted: ['a3'] },
      { k: 1 },
      1,
    ]);
  });

  it('is not asked where its rule fits nothing', async () => {
    expect(await updating(down("throw new Error('asked');"), { b: 1 })).toEqual({ published: [], failures: [] });
  });

  it.each<readonly [string, string, readonly unknown[]]>([
    ['nothing', 'return undefined;', []],
    ['a text', "return 'on';", [{ topic: 'D/a', payload: 'on', retain: false, qos: 0 }]],
    [
      'bytes',
      'return new Uint8Array([1, 2]);',
      [{ topic: 'D/a', payload: Buffer.from([1, 2]), retain: false, qos: 0 }],
    ],
    ['JSON', 'return { payload: { x: [1] } };', [{ topic: 'D/a', payload: '{"x":[1]}', retain: false, qos: 0 }]],
    [
      'several, each in its way',
      "return ['1', { payload: '2', topic: 't', qos: 2, retain: true }];",
      [
        { topic: 'D/a', payload: '1', retain: false, qos: 0 },
        { topic: 't', payload: '2', retain: true, qos: 1 },
      ],
    ],
  ])('may give %s', async (_, body, expected) => {
    expect(await updating(down(body), { a: 1 })).toEqual({ published: expected, failures: [] });
  });

  it.each([
    ['throws', down("throw new Error('no idea');"), 'no idea'],
    ['gives a number', down('return 5;'), 'a text, bytes or {payload}'],
    ['gives a promise', down('return Promise.reject(new Error("x"));'), 'it has to answer at once'],
    ['gives a topic that cannot be', down("return { payload: '', topic: 'a/#' };"), 'nothing can be published'],
    ['gives a function as payload', down('return { payload: () => 1 };'), 'the payload is of type function'],
    ['is not there', 'export default { up: () => () => undefined };', 'it has no `down`'],
    ['cannot be loaded', "throw new Error('not today');", 'not today'],
  ])('that %s fails alone, and a call with it', async (_, code, why) => {
    const { published, failures } = await updating(code, { a: 1 });
    expect(published).toEqual([]);
    expect(failures).toEqual([expect.stringContaining(why)]);
    await expect(calling(code)).rejects.toThrow(why);
  });

  it('makes the payload of a call, which is one message', async () => {
    const { publication, response } = await calling(down('return JSON.stringify(command);'), [1], {
      ...rpc,
      responseTopicExpression: 'answer',
      responseTimeout: 5,
    });
    expect(response).toMatchObject({ topic: 'answer', timeout: 5 });
    expect(publication.topic).toBe('D/m');
    expect(JSON.parse(String(publication.payload))).toEqual({
      kind: 'rpc',
      device: 'D',
      id: 3,
      method: 'm',
      params: [1],
    });
    await expect(calling(down('return [];'))).rejects.toThrow('the converter gave nothing, and a call is one');
    await expect(calling(down("return ['', ''];"))).rejects.toThrow('the converter gave 2 messages, and a call is one');
  });
});

it('a rule says what is published, by an expression or a converter', () => {
  const bare = { deviceNameFilter: '.*', attributeFilter: 'a', topicExpression: 't' };
  const { problems } = decode(mqttConfig, { broker, requestsMapping: { attributeUpdates: [bare] } });
  expect(problems).toEqual([
    { path: 'requestsMapping.attributeUpdates[0].valueExpression', found: 'nothing', expected: 'string' },
  ]);
});

it('a converter of a rule that is nowhere is a mistake at its place', () => {
  const config = decode(mqttConfig, { broker, requestsMapping: { serverSideRpc: [rpc] } }).value!;
  expect(missingExtensions(config, folder)).toMatchObject([
    {
      path: 'requestsMapping.serverSideRpc[0].extension',
      found: '"Own"',
      expected: expect.stringContaining('extensions/mqtt/Own.mjs'),
    },
  ]);
});

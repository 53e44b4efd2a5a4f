import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { madeUp } from '../../../../src/extensions/made-up.js';
import { decode } from '../../../../src/model/decode.js';
import { ProtocolError } from '../../../../src/model/errors.js';
import { mqttConfig } from '../../../../src/sources/mqtt/config.js';
import type { MqttConverter, MqttConverterConfig, MqttMessage } from '../../../../src/sources/mqtt/converter.js';
import { loadConverters } from '../../../../src/sources/mqtt/extensions/load-converters.js';
import { mappings } from '../../../../src/sources/mqtt/uplink/mappings.js';
import { uplink } from '../../../../src/sources/mqtt/uplink.js';
import { freshDist } from '../../../daemon/fresh-dist.js';
import { installSample } from '../../../fixtures/extensions/install-sample.js';

const now = 1_700_000_000_000;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'extensions-'));
  mkdirSync(join(folder, 'extensions', 'mqtt'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));
const write = (name: string, code: string): void => writeFileSync(join(folder, 'extensions', 'mqtt', name), code);

const config = (...converters: object[]) =>
  decode(mqttConfig, {
    broker: { host: 'h', security: { type: 'anonymous' } },
    mapping: converters.map((converter, i) => ({ topicFilter: `t/${i}`, converter })),
  }).value!;
const customs = (decoded: ReturnType<typeof config>) =>
  mappings(decoded.mapping).usable.filter((usable) => usable.kind === 'custom');

/** What messages on the topics of the mappings, by their numbers, become; the text of what failed. */
const results = async (converters: readonly object[], messages: readonly (readonly [number, string])[]) => {
  const decoded = config(...converters);
  const { ups } = await firstValueFrom(loadConverters(customs(decoded), [], folder));
  const up = uplink(decoded, undefined, ups);
  return messages.map(([mapping, payload]) => {
    try {
      return up({ topic: `t/${mapping}`, payload: Buffer.from(payload), retained: false }, now);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      expect(error.code).toBe('CONVERSION_FAILED');
      return error.message;
    }
  });
};

describe('a custom converter', () => {
  it('is the incumbent’s sample, made anew', async () => {
    installSample(folder);
    const extensionConfig = { temperatureBytes: 2, humidity: 2, batteryLevel: 1 };
    const [good, bad] = await results(
      [{ type: 'custom', extension: 'CustomMqttUplinkConverter', extensionConfig }],
      [
        [0, '0x0119022d5f'],
        [0, 'xyz'],
      ],
    );
    expect(good).toEqual([
      {
        device: '0',
        profile: 'Thermostat',
        telemetry: [
          { values: { temperature: 0x19 } },
          { values: { humidity: 0x2d } },
          { values: { batteryLevel: 0x5f } },
        ],
        attributes: {},
      },
    ]);
    expect(bad).toContain(
      'mapping[0] (t/0) could not convert a message of 3 bytes: the payload is no hexadecimal text',
    );
  });

  it('is what the guide shows, compiled as it says', async () => {
    freshDist();
    const root = join(import.meta.dirname, '../../../..');
    const guide = readFileSync(join(root, 'src/sources/mqtt/README.md'), 'utf8');
    const [code = ''] = /^ {4}import type[^]*?satisfies MqttConverter;$/m.exec(guide) ?? [];
    const [, command = ''] = /^ {4}npx tsc (.+ Level\.mts)$/m.exec(guide) ?? [];
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules', 'tributary-gateway'));
    const compile = (source: string): string => {
      writeFileSync(join(folder, 'Level.mts'), source);
      const args = command.replace('config/extensions', 'extensions').split(' ');
      const compiler = join(root, 'node_modules/typescript/bin/tsc');
      return spawnSync(process.execPath, [compiler, ...args], { cwd: folder, encoding: 'utf8' }).stdout;
    };
    expect(compile(code.replace('deviceType:', 'deviceTyp:'))).toContain("'deviceTyp' does not exist");
    expect(compile(code)).toBe('');
    const [said] = await results([{ type: 'custom', extension: 'Level', extensionConfig: { scale: 0.5 } }], [[0, '7']]);
    expect(said).toEqual([
      { device: '0', profile: 'tank', telemetry: [{ values: { level: 27.5 } }], attributes: { raw: 7 } },
    ]);
  }, 60_000);

  it('gets topic, payload, bytes and its configuration', () => {
    const seen: unknown[] = [];
    const typed: MqttConverter = {
      up: ({ topicFilter, extensionConfig }) => {
        seen.push(topicFilter, extensionConfig);
        return (message: MqttMessage) => {
          seen.push(message);
          return { deviceName: 'D', telemetry: { a: 1 } };
        };
      },
    };
    const decoded = config({ extension: 'X', extensionConfig: { k: 1 } });
    const [custom] = customs(decoded);
    const { mapping, converter } = custom!;
    const made = madeUp({ up: typed.up! }, {
      topicFilter: mapping.topicFilter,
      extensionConfig: converter.extensionConfig!,
      converter,
    } satisfies MqttConverterConfig);
    const up = uplink(decoded, undefined, new Map([[custom!.label, made]]));
    expect(up({ topic: 't/0', payload: Buffer.from('{"a":1}'), retained: true }, now)).toHaveLength(1);
    expect(seen).toEqual([
      't/0',
      { k: 1 },
      { topic: 't/0', payload: { a: 1 }, bytes: Buffer.from('{"a":1}'), retained: true, receivedAt: now },
    ]);
  });

  it('may be the function alone, and in CommonJS', async () => {
    const code = "() => ({ payload }) => ({ deviceName: 'D', telemetry: { text: payload } })";
    write('Esm.mjs', `export default ${code};`);
    write('Common.js', `module.exports = { up: ${code} };`);
    write('Compiled.js', `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = ${code};`);
    const one = { device: 'D', profile: 'default', telemetry: [{ values: { text: 'hi' } }], attributes: {} };
    const names = ['Esm', 'Common', 'Compiled'];
    expect(
      await results(
        names.map((extension) => ({ extension })),
        names.map((_, i) => [i, 'hi'] as const),
      ),
    ).toEqual(names.map(() => [one]));
  });

  it('costs no more than its message, whatever it does', async () => {
    write(
      'Wild.mjs',
      `export const up = 1;
       export default () => ({ payload }) => {
         if (payload === 'throw') throw new Error('no idea');
         if (payload === 'text') throw 'just a text';
         if (payload === 'reject') return Promise.reject(new Error('later'));
         if (payload === 'promise') return Promise.resolve({ deviceName: 'D' });
         if (payload === 'form') return { telemetry: 5 };
         if (payload === 'none') return undefined;
         return { deviceName: 'D', telemetry: { a: 1 } };
       };`,
    );
    const inputs = ['throw', 'text', 'reject', 'promise', 'form', 'none', 'good'];
    const outcomes = await results(
      [{ extension: 'Wild' }],
      inputs.map((input) => [0, input] as const),
    );
    const texts = outcomes.map((outcome) => (typeof outcome === 'string' ? outcome : outcome.length));
    expect(texts).toEqual([
      expect.stringContaining('no idea'),
      expect.stringContaining('just a text'),
      expect.stringContaining('it has to answer at once'),
      expect.stringContaining('it has to answer at once'),
      expect.stringContaining('no deviceName'),
      0,
      1,
    ]);
    // A rejection that nobody took note of would have ended the process by now.
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('does not spoil the message for other converters', async () => {
    write(
      'Greedy.mjs',
      'export default () => ({ payload, bytes }) => { bytes.fill(0); payload.temp = 99; return undefined; };',
    );
    const json = {
      type: 'json',
      deviceInfo: { deviceNameExpression: 'D' },
      timeseries: [{ key: 'temp', value: '${temp}' }],
    };
    const decoded = config({ extension: 'Greedy' }, json, { extension: 'Greedy' });
    const everywhere = { ...decoded, mapping: decoded.mapping.map((mapping) => ({ ...mapping, topicFilter: '#' })) };
    const { ups } = await firstValueFrom(loadConverters(customs(everywhere), [], folder));
    const said = uplink(
      everywhere,
      undefined,
      ups,
    )({ topic: 'x', payload: Buffer.from('{"temp":1}'), retained: false }, now);
    expect(said).toMatchObject([{ telemetry: [{ values: { temp: 1 } }] }]);
  });

  it('is made once a mapping, or once for those that share it', async () => {
    write(
      'Counting.mjs',
      `let made = 0;
       export default () => { made += 1; const mine = made; return () => ({ deviceName: 'D', telemetry: { mine } }); };`,
    );
    const converters = [
      {},
      {},
      { sharedId: 'x' },
      { sharedId: 'x' },
      { sharedId: 'y' },
      { sharedGlobal: true },
      { sharedGlobal: true },
    ];
    const said = await results(
      converters.map((converter) => ({ extension: 'Counting', ...converter })),
      [...converters.keys(), 0].map((i) => [i, '']),
    );
    const numbers = said.map(
      (one) => (one as unknown as { telemetry: { values: { mine: number } }[] }[])[0]!.telemetry[0]!.values.mine,
    );
    expect(numbers).toEqual([1, 2, 3, 3, 4, 5, 5, 1]);
  });
});

describe('loadConverters', () => {
  it('says at once what cannot be loaded or made, and leaves the others alone', async () => {
    write('Broken.mjs', 'export default (');
    write('Throwing.mjs', "throw new Error('not today');");
    write('Empty.mjs', 'export const x = 1;');
    write('Unmade.mjs', "export default () => { throw new Error('bad extensionConfig'); };");
    write('Flat.mjs', "export default () => ({ deviceName: 'D' });");
    write('Async.mjs', "export default async () => { throw new Error('later'); };");
    write('Good.mjs', 'export default () => () => undefined;');
    const names = ['Absent', 'Broken', 'Throwing', 'Empty', 'Unmade', 'Flat', 'Async', 'Good'];
    const decoded = config(...names.map((extension) => ({ extension })));
    const { ups } = await firstValueFrom(loadConverters(customs(decoded), [], folder));
    const told = [...ups.values()].map((made) => (made instanceof Error ? made.message : 'ready'));
    expect(told).toEqual([
      expect.stringContaining(`there is no such file: ${folder}/extensions/mqtt/Absent.js`),
      expect.stringContaining('the extension Broken cannot be loaded'),
      expect.stringContaining('not today'),
      expect.stringContaining('exports no converter by default'),
      'bad extensionConfig',
      expect.stringContaining('(config) => (message) => result'),
      expect.stringContaining('it gives a promise'),
      'ready',
    ]);
    expect([...ups.keys()][0]).toBe('mapping[0] (t/0)');
  });

  it('gives up a module that never ends loading', () => {
    write('Endless.mjs', 'await new Promise(() => undefined);');
    new TestScheduler((actual, expected) => expect(actual).toMatchObject(expected)).run(({ expectObservable }) => {
      const why = { message: expect.stringContaining('it has not loaded within 10 s') };
      const loading = loadConverters(customs(config({ extension: 'Endless' })), [], folder);
      expectObservable(loading).toBe('10s (a|)', { a: { ups: new Map([['mapping[0] (t/0)', why]]) } });
    });
  });

  it('emits at once when there is nothing to load', () => {
    let emitted = 0;
    loadConverters([], [], folder).subscribe(() => (emitted += 1));
    expect(emitted).toBe(1);
  });
});

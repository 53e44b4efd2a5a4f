import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Subject, ignoreElements, merge, of, tap } from 'rxjs';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import type { Operator, Sink } from '../../src/model/component.js';
import { envelope } from '../../src/model/envelope.js';
import type { Envelope } from '../../src/model/envelope.js';
import type { Message } from '../../src/model/message.js';
import { gateway } from '../../src/pipeline.js';
import { batchOf, done, folderFor, opened } from '../operators/buffer/with-store.js';

const silence = () => undefined;
const reading: Message = {
  kind: 'data',
  device: 'd',
  connector: 'Plant',
  profile: 'p',
  telemetry: [{ ts: 1, values: { a: 1 } }],
  attributes: {},
};
const row = { device: 'd', profile: 'p', connector: 'Plant', connected: true };
/** A connector that runs: its broker is away, which is no matter. */
const right = { broker: { host: '127.0.0.1', port: 1, security: { type: 'anonymous' } }, mapping: [] };
const wrong = { ...right, mapping: 7 };

/** Runs of a gateway on one folder, each with other connectors. */
const scene = (folder: string) => {
  const data = join(folder, 'data');
  const write = (name: string, content: object): void => writeFileSync(join(folder, name), JSON.stringify(content));
  const known = async () => {
    const { store, close } = await opened(data);
    await close();
    return store.opened.devices;
  };
  const first = async (): Promise<void> => {
    const { store, close } = await opened(data);
    await done(store.commit(batchOf({ devices: [row] })));
    await close();
  };
  /** What the sink is given until the buffer has said what it has to say. */
  const run = async (connectors: readonly object[], file: object, messages: readonly Message[] = []) => {
    write('plant.json', file);
    write('tb_gateway.json', {
      thingsboard: { host: 'h', security: { accessToken: 'T' }, statistics: { enable: false } },
      storage: { type: 'file', data_folder_path: data },
      connectors,
    });
    const stop = new Subject<void>();
    const got: Message[] = [];
    const extra = of(...messages.map((message) => envelope<Message>(message, silence, silence)));
    // The last one: what is stored, and devices of earlier runs, stand before it.
    const last = envelope<Message>({ ...reading, device: 'last', connector: 'Else' }, silence, silence);
    const more = new Subject<Envelope<Message>>();
    const sink: Sink = (stored) => {
      setImmediate(() => more.next(last));
      return stored.pipe(
        tap((message) => {
          got.push(message.value);
          message.ack();
          if (message.value.kind !== 'data' || message.value.device !== 'last') return;
          more.complete();
          stop.next();
        }),
        ignoreElements(),
      );
    };
    const surroundings = { log: createLog({ level: 'none' }), folder, until: stop, sink };
    const through: Operator = (source) => merge(source, extra, more);
    await done(gateway(readConfig(folder, {}).config, { ...surroundings, through }));
    return got.filter((message) => 'device' in message && message.device === 'd').map(({ kind }) => kind);
  };
  return { first, run, known: async () => (await known()).filter(({ device }) => device === 'd') };
};
const plant = [{ name: 'Plant', type: 'mqtt', configuration: 'plant.json' }];

test('a device of an earlier run is introduced where its connector runs', () =>
  folderFor(async (folder) => {
    const { first, run, known } = scene(folder);
    await first();
    expect(await run(plant, right)).toEqual(['connected']);
    expect(await known()).toEqual([row]);
  }));

test('one whose connector is not configured any more has left, until its next data', () =>
  folderFor(async (folder) => {
    const { first, run, known } = scene(folder);
    await first();
    expect(await run([], right)).toEqual([]);
    expect(await known()).toEqual([{ ...row, connected: false }]);
    expect(await run(plant, right)).toEqual([]);
    expect(await run(plant, right, [reading])).toEqual(['data']);
    expect(await run(plant, right)).toEqual(['connected']);
  }));

test('one whose connector cannot be opened is not introduced in this run, and comes back with the next', () =>
  folderFor(async (folder) => {
    const { first, run, known } = scene(folder);
    await first();
    expect(await run(plant, wrong)).toEqual([]);
    expect(await known()).toEqual([row]);
    expect(await run(plant, right)).toEqual(['connected']);
  }));

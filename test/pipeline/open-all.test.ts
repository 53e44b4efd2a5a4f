import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as t from 'io-ts';
import { NEVER, lastValueFrom } from 'rxjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { required, section } from '../../src/model/codec.js';
import { connector } from '../../src/model/component.js';
import type { Context } from '../../src/model/component.js';
import type { Fact } from '../../src/model/fact.js';
import { openAll } from '../../src/pipeline/open-all.js';
import type { Opened } from '../../src/pipeline/open-all.js';
import { loading, opener } from '../../src/sources/open.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'open-all-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: unknown): void => writeFileSync(join(folder, name), JSON.stringify(content));

/** Wants the shared attribute that its file names, if that is none of the empty kind. */
const fake = connector({
  type: 'fake',
  config: section('fake', { wants: required(t.string, 'What it wants.') }),
  open: ({ wants }, context) => {
    if (wants !== '') {
      context.wants?.(() => [wants]);
      context.patience?.(() => wants.length);
    }
    return () => NEVER;
  },
});
const table = new Map([['fake', loading(() => Promise.resolve({ default: fake }))]]);

const opening = () => {
  const facts: Fact[] = [];
  const errors: unknown[] = [];
  const wanted = new Map<string, readonly string[]>();
  const patience = new Map<string, number>();
  const context = (name: string): Context => ({
    name,
    folder,
    fact: (it) => facts.push(it),
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (text, details) => errors.push([name, text, details]),
    },
    wants: (keysOf) => void wanted.set(name, keysOf('d')),
    patience: (of) => void patience.set(name, of({ kind: 'rpc', id: 1, method: 'm', params: null })),
  });
  const open = openAll(context, opener(table, {}));
  const next = (...names: readonly string[]): Promise<Opened> =>
    lastValueFrom(open({ connectors: names.map((name) => ({ name, type: 'fake', configuration: `${name}.json` })) }));
  return { next, facts, errors, wanted, patience };
};
const fatesOf = ({ fates }: Opened) => fates.map(([{ name }, fate]) => `${name} ${fate}`);

test('a connector whose file is another one has another source; no other has', async () => {
  const { next } = opening();
  write('a.json', { wants: 'x' });
  write('b.json', { wants: '' });
  const first = await next('a', 'b');
  expect(fatesOf(first)).toEqual(['a started', 'b started']);
  expect(fatesOf(await next('a', 'b'))).toEqual(['a same', 'b same']);
  write('b.json', { wants: 'y' });
  const second = await next('a', 'b');
  expect(fatesOf(second)).toEqual(['a same', 'b restarted']);
  expect(second.sources.get('a')).toBe(first.sources.get('a'));
  expect(second.sources.get('b')).not.toBe(first.sources.get('b'));
});

test('one whose file has mistakes keeps its source, and each mistake is said once', async () => {
  const { next, errors, facts } = opening();
  write('a.json', { wants: 'x' });
  const first = await next('a');
  write('a.json', { wants: 7 });
  const second = await next('a');
  expect(fatesOf(second)).toEqual(['a kept']);
  expect(second.sources).toEqual(first.sources);
  expect(fatesOf(await next('a'))).toEqual(['a kept']);
  expect(errors).toEqual([
    [
      'a',
      'it goes on as it was: The configuration has a mistake:',
      {
        code: 'CONFIG_INVALID',
        list: [expect.stringContaining('a.json: wants')],
      },
    ],
  ]);
  write('a.json', { wants: 'x' });
  expect(fatesOf(await next('a'))).toEqual(['a same']);
  write('a.json', { wants: 7 });
  await next('a');
  expect(errors).toHaveLength(2);
  expect(facts.filter((fact) => fact.kind === 'alert')).toEqual([]);
});

test('one that never could be opened is disabled and said so once, and starts when it is mended', async () => {
  const { next, facts } = opening();
  expect(fatesOf(await next('a'))).toEqual(['a disabled']);
  expect(fatesOf(await next('a'))).toEqual(['a disabled']);
  expect(facts.map((fact) => [fact.kind, 'phase' in fact ? fact.phase : ''])).toEqual([
    ['state', 'disabled'],
    ['alert', ''],
  ]);
  write('a.json', { wants: '' });
  const mended = await next('a');
  expect(fatesOf(mended)).toEqual(['a started']);
  expect([...mended.sources.keys()]).toEqual(['a']);
});

test('one that is gone has no source, is said to be disconnected, and starts again when it comes back', async () => {
  const { next, facts } = opening();
  write('a.json', { wants: '' });
  await next('a', 'b');
  facts.length = 0;
  const without = await next();
  expect(without.gone).toEqual(['a', 'b']);
  expect(without.sources.size).toBe(0);
  expect(facts).toMatchObject([
    { who: 'a', phase: 'disconnected' },
    { who: 'b', phase: 'disconnected' },
  ]);
  expect((await next()).gone).toEqual([]);
  expect(fatesOf(await next('a'))).toEqual(['a started']);
});

test('what an earlier source has said of wishes and patience holds no more for its successor', async () => {
  const { next, wanted, patience } = opening();
  write('a.json', { wants: '' });
  write('b.json', { wants: 'xyz' });
  await next('a', 'b');
  expect([...wanted, ...patience]).toEqual([
    ['b', ['xyz']],
    ['b', 3],
  ]);
  write('b.json', { wants: '' });
  write('a.json', { wants: 'x' });
  await next('a', 'b');
  expect(Object.fromEntries(wanted)).toEqual({ a: ['x'], b: [] });
  expect(Object.fromEntries(patience)).toEqual({ a: 1, b: 0 });
  await next('a', 'b');
  expect(Object.fromEntries(wanted)).toEqual({ a: ['x'], b: [] });
  // The first of its content once more: it says anew what it wants.
  write('b.json', { wants: 'xyz' });
  await next('a', 'b');
  expect(Object.fromEntries(wanted)).toEqual({ a: ['x'], b: ['xyz'] });
});

test('an error that is no mistake of the configuration passes', async () => {
  const open = openAll(
    (name) => ({ name, folder, fact: () => undefined, log: console }),
    opener(new Map([['fake', () => Promise.reject(new Error('a bug'))]]), {}),
  );
  const entry = { name: 'a', type: 'fake', configuration: 'a.json' };
  write('a.json', {});
  const opened = await lastValueFrom(open({ connectors: [{ ...entry }] }));
  expect(fatesOf(opened)).toEqual(['a disabled']);
  const broken = openAll(
    (name) => ({ name, folder, fact: () => undefined, log: console }),
    opener(
      new Map([
        [
          'fake',
          () =>
            Promise.resolve({
              decode: () => ({ value: 1, problems: [], unknown: [], hints: new Map(), idle: [] }),
              mistakes: () => [],
              plan: () => undefined,
              open: () => {
                throw new Error('a bug');
              },
            }),
        ],
      ]),
      {},
    ),
  );
  await expect(lastValueFrom(broken({ connectors: [entry] }))).rejects.toThrow('a bug');
});

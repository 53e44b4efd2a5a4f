import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject } from 'rxjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { glance } from '../../src/main/glance.js';
import { listen } from '../../src/main/listen.js';
import { watch } from '../../src/main/watch.js';
import { until } from '../until.js';

let folder = '';
const ending: (() => void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'listen-'));
  write('tb_gateway.json', main('a.json'));
  write('a.json', '{}');
});
afterEach(() => {
  ending.splice(0).forEach((end) => end());
  rmSync(folder, { recursive: true });
});

const main = (file: string): string =>
  JSON.stringify({ connectors: [{ name: 'A', type: 'mqtt', configuration: file }] });
const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);

const hearing = (...paths: readonly string[]) => {
  const heard: unknown[] = [];
  const said: string[] = [];
  const names = ['a.json'];
  const running = listen(
    paths.map((path) => ({ path, id: '', names })),
    { debug: (text) => said.push(text) },
  ).subscribe((name) => heard.push(name));
  ending.push(() => running.unsubscribe());
  return { heard, said };
};

test('a file that is written, replaced, or comes is heard; what else happens in its folder is not', async () => {
  const { heard } = hearing(folder);
  const next = async (change: () => void): Promise<void> => {
    const before = heard.length;
    change();
    await until(() => heard.length > before);
  };
  await next(() => write('a.json', '{"a":1}'));
  write('a.json.tmp', '{"a":2}');
  await next(() => renameSync(join(folder, 'a.json.tmp'), join(folder, 'a.json')));
  await next(() => rmSync(join(folder, 'a.json')));
  await next(() => write('a.json', '{}'));
  await next(() => symlinkSync('anywhere', join(folder, '..data')));
  appendFileSync(join(folder, 'gateway.log'), 'line');
  await next(() => write('a.json', '{"last":1}'));
  expect(new Set(heard)).toEqual(new Set(['a.json', '..data']));
});

test('a folder that cannot be watched is one line at debug, and the others are heard', async () => {
  const { heard, said } = hearing(join(folder, 'absent'), folder);
  expect(said).toHaveLength(1);
  write('a.json', '{"a":1}');
  await until(() => heard.length > 0);
});

/** All of it, on a real folder, with a period that never comes. */
const watching = (asked = new Subject<void>()) => {
  let changes = 0;
  const running = watch({
    look: glance(folder),
    listen: (folders) => listen(folders, { debug: () => undefined }),
    period: () => 1_000_000,
    asked,
    settle: 30,
  }).subscribe(() => (changes += 1));
  ending.push(() => running.unsubscribe());
  return {
    asked,
    next: async (change: () => void): Promise<void> => {
      const before = changes;
      change();
      await until(() => changes > before);
    },
  };
};

test('a change is told wherever it is made: in place, by rename, behind links, in a folder that comes later', async () => {
  const { next, asked } = watching();
  await next(() => write('a.json', '{"a":1}'));
  await next(() => {
    write('a.json.swp', '{"a":2}');
    renameSync(join(folder, 'a.json.swp'), join(folder, 'a.json'));
  });
  await next(() => write('tb_gateway.json', main('later/b.json')));
  await next(() => {
    mkdirSync(join(folder, 'later'));
    write('later/b.json', '{}');
  });
  await next(() => write('later/b.json', '{"b":1}'));
  await next(() => {
    rmSync(join(folder, 'later'), { recursive: true });
    mkdirSync(join(folder, 'later'));
    write('later/b.json', '{"b":2}');
  });
  await next(() => asked.next());
  await next(() => write('later/b.json', '{"b":3}'));
});

test('a ConfigMap that Kubernetes swaps is one change', async () => {
  for (const [version, content] of [
    ['..1', '{"a":1}'],
    ['..2', '{"a":2}'],
    ['..3', '{"a":3}'],
  ] as const) {
    mkdirSync(join(folder, version));
    write(join(version, 'b.json'), content);
  }
  symlinkSync('..1', join(folder, '..data'));
  symlinkSync('..data/b.json', join(folder, 'b.json'));
  write('tb_gateway.json', main('b.json'));
  const { next } = watching();
  const swap = (version: string): void => {
    symlinkSync(version, join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  };
  await next(() => swap('..2'));
  await next(() => swap('..3'));
});

import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { VirtualTimeScheduler, asyncScheduler, firstValueFrom } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { FatalError } from '../../../src/model/errors.js';
import { salvageOrder } from '../../../src/operators/buffer/salvage-order.js';
import { FILE, openStore } from '../../../src/operators/buffer/open-store.js';
import { messageIn } from '../../../src/operators/buffer/message-in.js';
import { quickCheck } from '../../../src/operators/buffer/quick-check.js';
import { openedFrom } from '../../../src/operators/buffer/opened-from.js';
import { sqliteStore } from '../../../src/operators/buffer/sqlite-store.js';
import { StoreFull } from '../../../src/operators/buffer/store-full.js';
import { nameOf, reading, rig, silent } from './rig.js';
import { batchOf, connected, done, folderFor, limits, opened, rowOf, rowsOf } from './with-store.js';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const writer = fileURLToPath(new URL('./writer-process.ts', import.meta.url));

/** Runs the writer, kills it hard once it has said so many lines, and gives back what it said. */
const killedWriter = (folder: string, lines: number): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', tsx, writer, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.split('\n').length > lines) child.kill('SIGKILL');
    });
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(said.slice(0, said.lastIndexOf('\n')).split('\n'));
      else reject(new Error(`the writer ended by itself: ${code ?? ''} ${complaint}`));
    });
  });

const asideIn = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => /^tributary\.damaged-.*\.db$/.test(name));
/** A bare pattern inside toMatchObject equals anything. */
const like = (pattern: RegExp): string => expect.stringMatching(pattern) as string;
const alertsOf = (facts: readonly { kind: string }[]): readonly unknown[] =>
  facts.filter(({ kind }) => kind === 'alert');
const many = (n: number, size = 200) =>
  Array.from({ length: n }, (_, i) =>
    rowOf(i + 1, `d${i % 7}`, JSON.stringify(reading(`d${i % 7}`, i + 1, 'x'.repeat(size)))),
  );

test('keeps its file for its owner only', () =>
  folderFor(async (parent) => {
    const folder = join(parent, 'data');
    const { store, close } = await opened(folder);
    await done(store.commit(batchOf({ append: [rowOf(1)] })));
    const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
    expect(mode(folder)).toBe('700');
    for (const name of readdirSync(folder)) expect([name, mode(join(folder, name))]).toEqual([name, '600']);
    expect(readdirSync(folder)).toContain(`${FILE}-wal`);
    await close();
  }));

test('finds at the next start what was committed: rows, sums, devices, and the first free id', () =>
  folderFor(async (folder) => {
    const first = await opened(folder);
    const device = { device: 'a\0😀', profile: 'meter', connector: 'plant', connected: true };
    const rows = [rowOf(1), rowOf(2), rowOf(3)];
    await done(first.store.commit(batchOf({ append: rows, devices: [device, { ...device, device: 'b' }] })));
    await done(
      first.store.commit(
        batchOf({
          remove: [{ ...rows[0]!, sum: 'delivered' }],
          devices: [{ ...device, device: 'b', connected: false }],
          sums: { delivered: 1 },
        }),
      ),
    );
    await first.close();
    const { store, close } = await opened(folder);
    expect(store.opened).toMatchObject({ nextId: 4, records: 2, bytes: rows[1]!.bytes + rows[2]!.bytes });
    expect(store.opened.sums).toMatchObject({ received: 3, delivered: 1 });
    expect(new Set(store.opened.devices)).toEqual(new Set([device, { ...device, device: 'b', connected: false }]));
    expect(await rowsOf(store)).toEqual(rows.slice(1));
    await close();
  }));

test('does not use an id again, though the row with the highest was removed', () =>
  folderFor(async (folder) => {
    const first = await opened(folder);
    await done(first.store.commit(batchOf({ append: [rowOf(5)] })));
    await done(first.store.commit(batchOf({ remove: [{ ...rowOf(5), sum: 'delivered' }] })));
    await first.close();
    const { store, close } = await opened(folder);
    expect(store.opened.nextId).toBe(6);
    await close();
  }));

test('stores all of a batch or nothing', () =>
  folderFor(async (folder) => {
    const { store, close } = await opened(folder);
    await done(store.commit(batchOf({ append: [rowOf(1), rowOf(2)] })));
    const bad = batchOf({ append: [rowOf(3), rowOf(2)], remove: [{ ...rowOf(1), sum: 'delivered' }] });
    await expect(done(store.commit(bad))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect((await rowsOf(store)).map(({ id }) => id)).toEqual([1, 2]);
    await done(store.commit(batchOf({ append: [rowOf(3)] })));
    await close();
  }));

test('has after kill -9 every row whose acknowledgement was heard', () =>
  folderFor(async (folder) => {
    const acknowledged = new Set<string>();
    const emitted = new Set<string>();
    for (const lines of [137, 400]) {
      for (const line of await killedWriter(folder, lines))
        (line.startsWith('+') ? acknowledged : emitted).add(line.slice(1));
      const { store, close, facts } = await opened(folder);
      expect(alertsOf(facts)).toEqual([]);
      const rows = await rowsOf(store);
      const stored = new Set(rows.map((row) => nameOf(messageIn(row)!)));
      const isEven = (name: string): boolean => Number(name.split(':')[1]) % 2 === 0;
      const lost = [...acknowledged].filter((name) => !stored.has(name) && !(emitted.has(name) && isEven(name)));
      expect(lost).toEqual([]);
      const { sums, records } = store.opened;
      expect(records).toBe(rows.length);
      expect(sums.received).toBe(sums.delivered + records);
      await done(
        store.commit(
          batchOf({
            remove: rows.map((row) => ({ ...row, sum: 'delivered' as const })),
            sums: { delivered: rows.length },
          }),
        ),
      );
      await close();
      acknowledged.clear();
      emitted.clear();
    }
  }));

test('is not shared: a second gateway on the folder is told so, and the first goes on', () =>
  folderFor(async (folder) => {
    const first = await opened(folder);
    await expect(opened(folder)).rejects.toBeInstanceOf(FatalError);
    const message = expect.stringContaining(folder) as string;
    await expect(opened(folder)).rejects.toMatchObject({ code: 'STORAGE_LOCKED', message });
    await done(first.store.commit(batchOf({ append: [rowOf(1)] })));
    await first.close();
    const { store, close } = await opened(folder);
    expect(await rowsOf(store)).toHaveLength(1);
    await close();
  }));

test('lets the folder go when it is unsubscribed', () =>
  folderFor(async (folder) => {
    await new Promise<void>((resolve, reject) => {
      const first = openStore({ folder, limits, log: silent, fact: () => undefined });
      const subscription = first.subscribe({
        next: () =>
          setImmediate(() => {
            subscription.unsubscribe();
            resolve();
          }),
        error: reject,
      });
    });
    // SQLite itself waits a second for a lock.
    const { close } = await opened(folder);
    await close();
  }));

test('leaves the file of a newer version alone', () =>
  folderFor(async (folder) => {
    const first = await opened(folder);
    await done(first.store.commit(batchOf({ append: [rowOf(1)] })));
    await first.close();
    const db = await connected(join(folder, FILE));
    await done(db.exec('PRAGMA user_version = 99'));
    await done(db.close());
    await expect(opened(folder)).rejects.toMatchObject({ code: 'STORAGE_FAILED', message: like(/newer version/) });
    expect(asideIn(folder)).toEqual([]);
  }));

const impossible: readonly [string, (parent: string) => string][] = [
  ['a file', (parent) => join(parent, 'file')],
  ['a folder in a file', (parent) => join(parent, 'file', 'data')],
  ['a folder where the file system takes none', () => '/proc/x/data'],
  ['a link that leads nowhere', (parent) => join(parent, 'link')],
  ['a folder whose log is a folder', (parent) => join(parent, 'odd')],
];
test.each(impossible)('says at once which data folder cannot be used, and why: %s', (_, folderIn) =>
  folderFor(async (parent) => {
    writeFileSync(join(parent, 'file'), '');
    symlinkSync(join(parent, 'nowhere'), join(parent, 'link'));
    mkdirSync(join(parent, 'odd', `${FILE}-wal`), { recursive: true });
    const folder = folderIn(parent);
    const message = like(new RegExp(`${folder} cannot be (used|written): .`));
    await expect(opened(folder)).rejects.toMatchObject({ code: 'STORAGE_FAILED', name: 'FatalError', message });
  }),
);

const mayChangeUser = process.getuid?.() === 0;
(mayChangeUser ? test : test.skip)('says that it may not write into a folder of somebody else', () =>
  folderFor(async (parent) => {
    const folder = join(parent, 'theirs', 'data');
    process.seteuid!(65_534);
    try {
      await expect(opened(folder)).rejects.toMatchObject({
        code: 'STORAGE_FAILED',
        message: like(new RegExp(`${folder} cannot be written: EACCES`)),
      });
    } finally {
      process.seteuid!(0);
    }
  }),
);

describe('a damaged file', () => {
  const pages = (folder: string): number => statSync(join(folder, FILE)).size / 4_096;
  const overwrite = (folder: string, offset: number, bytes: Buffer): void => {
    const file = join(folder, FILE);
    const content = readFileSync(file);
    bytes.copy(content, offset);
    writeFileSync(file, content);
  };
  const garbage = Buffer.from(Array.from({ length: 4_096 }, (_, i) => (i * 7_919 + 13) % 256));

  const cases: readonly [string, (folder: string) => void, { readonly atLeast: number }][] = [
    ['with a zeroed header', (folder) => overwrite(folder, 0, Buffer.alloc(100)), { atLeast: 0 }],
    [
      'with garbage in a page in the middle',
      (folder) => overwrite(folder, 4_096 * Math.floor(pages(folder) / 2), garbage),
      { atLeast: 1_900 },
    ],
    [
      'that was truncated',
      (folder) => truncateSync(join(folder, FILE), 4_096 * (pages(folder) - 20)),
      { atLeast: 1_000 },
    ],
    [
      'that is all garbage',
      (folder) => writeFileSync(join(folder, FILE), Buffer.alloc(40_960, garbage)),
      { atLeast: 0 },
    ],
  ];

  test.each(cases)(
    '%s is set aside, what is readable is salvaged, it is said, and new rows work',
    (_, damage, { atLeast }) =>
      folderFor(async (folder) => {
        const rows = many(2_000);
        const first = await opened(folder);
        const known = { device: 'd1', profile: 'meter', connector: 'plant', connected: true };
        await done(first.store.commit(batchOf({ append: rows, devices: [known] })));
        await done(first.store.commit(batchOf({ sums: { received: 12, delivered: 5, 'dropped.expired': 7 } })));
        await first.close();
        damage(folder);

        const { store, facts, close } = await opened(folder);
        expect(asideIn(folder)).toHaveLength(1);
        expect(alertsOf(facts)).toMatchObject([{ code: 'STORAGE_DAMAGED', text: like(/salvaged \d+ messages/) }]);
        const salvaged = await rowsOf(store);
        expect(salvaged.length).toBeGreaterThanOrEqual(atLeast);
        expect(salvaged.length).toBeLessThan(2_000);
        for (const row of salvaged) expect(row).toEqual(rows[row.id - 1]);
        const { sums, records, nextId } = store.opened;
        const lost = facts.flatMap((fact) => (fact.kind === 'count' ? [[fact.counter, fact.n]] : []));
        expect(records).toBe(salvaged.length);
        expect(sums.received).toBe(sums.delivered + records + sums['dropped.expired'] + sums['dropped.damaged']);
        if (atLeast > 0) {
          expect(sums).toMatchObject({ received: 2_012, delivered: 5, 'dropped.expired': 7 });
          expect(sums['dropped.damaged']).toBe(2_000 - salvaged.length);
          expect(lost).toEqual([['dropped.damaged', 2_000 - salvaged.length]]);
          expect(store.opened.devices).toEqual([known]);
        }
        await done(store.commit(batchOf({ append: [rowOf(nextId)] })));
        await close();

        const next = await opened(folder);
        expect(alertsOf(next.facts)).toEqual([]);
        expect(await rowsOf(next.store)).toHaveLength(salvaged.length + 1);
        await next.close();
      }),
  );

  test.each([
    ['was ordered', (file: string) => void salvageOrder(file).give(0)],
    [
      'had set the file aside',
      (file: string) => {
        const order = salvageOrder(file);
        order.setAside(order.give(0));
      },
    ],
    [
      'had begun to fill the new file',
      (file: string) => {
        const order = salvageOrder(file);
        order.setAside(order.give(0));
        writeFileSync(file, '');
      },
    ],
  ])('a salvage that %s goes on at the next start, once', (_, interrupt) =>
    folderFor(async (folder) => {
      const first = await opened(folder);
      await done(first.store.commit(batchOf({ append: many(700) })));
      await first.close();
      interrupt(join(folder, FILE));
      const next = await opened(folder);
      expect(await rowsOf(next.store)).toHaveLength(700);
      expect(alertsOf(next.facts)).toHaveLength(1);
      await next.close();
      const last = await opened(folder);
      expect(await rowsOf(last.store)).toHaveLength(700);
      expect(alertsOf(last.facts)).toEqual([]);
      await last.close();
    }),
  );

  test('damage that shows up while the store is open is an error, and is salvaged at the next start', () =>
    folderFor(async (folder) => {
      const first = await opened(folder);
      await done(first.store.commit(batchOf({ append: many(20_000) })));
      await first.close();
      const { store, close } = await opened(folder);
      const file = openSync(join(folder, FILE), 'r+');
      for (const part of [0.3, 0.5, 0.7]) writeSync(file, garbage, 0, 4_096, 4_096 * Math.floor(pages(folder) * part));
      closeSync(file);
      await expect(rowsOf(store)).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' });
      await close().catch(() => undefined);
      const next = await opened(folder, { checkFor: 0 });
      expect(alertsOf(next.facts)).toMatchObject([{ code: 'STORAGE_DAMAGED' }]);
      const rows = await firstValueFrom(next.store.read(0, 1_000, []));
      expect(rows).toHaveLength(1_000);
      await next.close();
    }));

  test('damage is what is said, though the order for the next start cannot be written', () =>
    folderFor(async (folder) => {
      const first = await opened(folder);
      await done(first.store.commit(batchOf({ append: many(20_000) })));
      await first.close();
      const { store, close } = await opened(folder);
      mkdirSync(join(folder, 'tributary.salvage'));
      const file = openSync(join(folder, FILE), 'r+');
      for (const part of [0.3, 0.5, 0.7]) writeSync(file, garbage, 0, 4_096, 4_096 * Math.floor(pages(folder) * part));
      closeSync(file);
      await expect(rowsOf(store)).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' });
      await close().catch(() => undefined);
    }));

  test('an order that was cut off by a full disk is none', () =>
    folderFor(async (folder) => {
      const first = await opened(folder);
      await done(first.store.commit(batchOf({ append: many(7) })));
      await first.close();
      writeFileSync(join(folder, 'tributary.salvage'), '');
      const next = await opened(folder);
      expect(await rowsOf(next.store)).toHaveLength(7);
      await next.close();
    }));

  const changed = async (folder: string, sql: string): Promise<void> => {
    const db = await connected(join(folder, FILE));
    await done(db.exec(sql));
    await done(db.close());
  };

  test('damage within a row, that no check sees, costs that row: it is dropped and counted', () =>
    folderFor(async (folder) => {
      const first = await opened(folder);
      await done(first.store.commit(batchOf({ append: many(5, 1) })));
      await first.close();
      await changed(
        folder,
        `UPDATE rows SET device = '"d\u0001' WHERE id = 2; UPDATE rows SET bytes = 'x' WHERE id = 4`,
      );
      const { store, close } = await opened(folder);
      const it = rig(store, { limits, auto: ({ ack }) => ack() });
      const deadline = Date.now() + 5_000;
      while (it.count('delivered') < 3 || it.count('dropped.damaged') < 2) {
        expect(Date.now()).toBeLessThan(deadline);
        await new Promise(setImmediate);
        it.pass(25);
      }
      expect(it.names()).toEqual(['d0:1', 'd2:3', 'd4:5']);
      expect(it.state()).toBe('running');
      it.subscription.unsubscribe();
      await close();
    }));

  test('damage within the device table costs that device an introduction, no more', () =>
    folderFor(async (folder) => {
      const known = { device: 'a', profile: 'meter', connector: 'plant', connected: true };
      const first = await opened(folder);
      await done(first.store.commit(batchOf({ devices: [known, { ...known, device: 'b' }] })));
      await first.close();
      await changed(folder, `UPDATE devices SET profile = '"met' WHERE device = '"a"'`);
      const { store, close } = await opened(folder);
      expect(store.opened.devices).toEqual([{ ...known, device: 'b' }]);
      await close();
    }));

  test.each([`UPDATE totals SET records = 'x'`, 'DELETE FROM totals', 'UPDATE totals SET received = 9'])(
    'totals that make no sense are made anew: %s',
    (sql) =>
      folderFor(async (folder) => {
        const first = await opened(folder);
        await done(first.store.commit(batchOf({ append: many(700) })));
        await first.close();
        await changed(folder, sql);
        if (sql.includes('received')) salvageOrder(join(folder, FILE)).give(0);
        const { store, facts, close } = await opened(folder);
        expect(store.opened).toMatchObject({
          records: 700,
          nextId: 701,
          sums: { received: 700, 'dropped.damaged': 0 },
        });
        expect(await rowsOf(store)).toHaveLength(700);
        expect(alertsOf(facts)).toMatchObject([{ code: 'STORAGE_DAMAGED', text: like(/lost an unknown number/) }]);
        await close();
      }),
  );

  test('rows that the totals know nothing of are salvaged too', () =>
    folderFor(async (folder) => {
      const first = await opened(folder);
      await done(first.store.commit(batchOf({ append: many(2_000) })));
      await first.close();
      await changed(folder, 'UPDATE totals SET next_id = 100, records = 99, received = 99');
      salvageOrder(join(folder, FILE)).give(0);
      const { store, close } = await opened(folder);
      expect(await rowsOf(store)).toHaveLength(2_000);
      expect(store.opened).toMatchObject({ records: 2_000, nextId: 2_001, sums: { received: 2_000 } });
      await close();
    }));

  test('a log that is garbage is no reason to stop: it is said, what the file has is there, and new rows work', () =>
    folderFor(async (folder) => {
      const first = await opened(folder);
      await done(first.store.commit(batchOf({ append: many(50) })));
      await first.close();
      writeFileSync(join(folder, `${FILE}-wal`), Buffer.alloc(20_000, garbage));
      const { store, facts, close } = await opened(folder);
      expect(alertsOf(facts)).toMatchObject([{ code: 'STORAGE_DAMAGED', text: like(/log .* is damaged/) }]);
      expect(await rowsOf(store)).toHaveLength(50);
      await done(store.commit(batchOf({ append: [rowOf(51)] })));
      await close();
      const next = await opened(folder);
      expect(await rowsOf(next.store)).toHaveLength(51);
      await next.close();
    }));
});

test('the check of a large file ends in time', () =>
  folderFor(async (folder) => {
    const first = await opened(folder);
    for (let turn = 0; turn < 4; turn += 1) {
      const append = many(5_000, 2_000).map((row) => ({ ...row, id: row.id + turn * 5_000 }));
      await done(first.store.commit(batchOf({ append })));
    }
    await first.close();
    const db = await connected(join(folder, FILE));
    const said: string[] = [];
    const log = { ...silent, info: (text: string) => void said.push(text) };
    await done(quickCheck(db, 1, log, asyncScheduler));
    expect(said).toEqual([expect.stringMatching(/ended in time/)]);
    // And without a limit it looks at all of it.
    await done(quickCheck(db, 60_000, log, new VirtualTimeScheduler()));
    expect(said).toHaveLength(1);
    await done(db.close());
  }));

test('where the file may not grow, a batch finds no room, the sources wait, and removals let it drain', () =>
  folderFor(async (folder) => {
    await (await opened(folder)).close();
    const db = await connected(join(folder, FILE));
    await done(db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA max_page_count = 40'));
    const held = { size: 1_000_000, release: () => false, released: () => false, restore: () => true };
    const store = sqliteStore(db, await firstValueFrom(openedFrom(db)), held);
    await expect(done(store.commit(batchOf({ append: many(5_000) })))).rejects.toBeInstanceOf(StoreFull);
    expect(await rowsOf(store)).toEqual([]);

    const it = rig(store, { limits, window: 50 });
    const n = 2_000;
    for (let i = 1; i <= n; i += 1) it.send(reading('a', i, 'x'.repeat(200)));
    const deadline = Date.now() + 10_000;
    let wasStuck = false;
    for (let acked = 0; acked < n;) {
      expect(Date.now(), `${acked} of ${n}`).toBeLessThan(deadline);
      await new Promise(setImmediate);
      it.pass(25);
      wasStuck ||= it.facts.some((fact) => fact.kind === 'alert' && fact.code === 'STORAGE_FULL');
      for (; wasStuck && acked < it.out.length; acked += 1) it.out[acked]!.ack();
    }
    expect(it.names()).toEqual(Array.from({ length: n }, (_, i) => `a:${i + 1}`));
    it.subscription.unsubscribe();
    await done(db.close());
  }));

test('takes no rows while the reserve is spent, so that they cannot use it up; removals go on', () =>
  folderFor(async (folder) => {
    const first = await opened(folder);
    await done(first.store.commit(batchOf({ append: [rowOf(1)] })));
    await first.close();
    const db = await connected(join(folder, FILE));
    let room = false;
    const spent = { size: 1_000_000, release: () => false, released: () => !room, restore: () => room };
    const store = sqliteStore(db, await firstValueFrom(openedFrom(db)), spent);
    await expect(done(store.commit(batchOf({ append: [rowOf(2)] })))).rejects.toBeInstanceOf(StoreFull);
    await done(store.commit(batchOf({ remove: [{ ...rowOf(1), sum: 'delivered' }] })));
    expect(await rowsOf(store)).toEqual([]);
    room = true;
    await done(store.commit(batchOf({ append: [rowOf(2)] })));
    expect(await rowsOf(store)).toEqual([rowOf(2)]);
    await done(db.close());
  }));

test('all but a few megabytes are given back to the file system once the store is empty', () =>
  folderFor(async (folder) => {
    const { store, close } = await opened(folder);
    const rows = many(6_000, 2_000);
    await done(store.commit(batchOf({ append: rows })));
    const before = statSync(join(folder, `${FILE}-wal`)).size;
    await done(store.commit(batchOf({ remove: rows.map((row) => ({ ...row, sum: 'delivered' as const })) })));
    for (let turn = 0; turn < 4; turn += 1) await done(store.tidy());
    expect(before).toBeGreaterThan(20_000_000);
    expect(statSync(join(folder, FILE)).size).toBeLessThan(9_000_000);
    expect(existsSync(join(folder, 'tributary.reserve'))).toBe(true);
    await close();
  }));

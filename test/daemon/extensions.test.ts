import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Fact } from '../../src/model/fact.js';
import { startPlatform } from '../peers/platform.js';
import { startDaemon } from './daemon.js';
import { freshDist } from './fresh-dist.js';

/** One that says a value four times a second, and goes on whatever the others do. */
const good = `
  import { map, timer } from 'rxjs';
  export default { open: () => () => timer(0, 250).pipe(map((n) => ({ deviceName: 'good', telemetry: { n } }))) };`;

/** What a connector of one's own may do, by the name that it goes by. */
const wild: Readonly<Record<string, string>> = {
  good,
  throws_at_load: "throw new Error('not today');",
  loops_at_load: 'for (;;);',
  ends_the_process: 'process.exit(0);',
  broken: 'export default {',
  no_connector: 'export default 5;',
  throws_in_open: "export default { open: () => { throw new Error('no port'); } };",
  no_observable: 'export default { open: () => async () => 5 };',
  emits_nonsense:
    "import { of, NEVER, concat } from 'rxjs'; export default { open: () => () => concat(of(5, { kind: 'data' }, { deviceName: 'fine', telemetry: { ok: 1 } }), NEVER) };",
  throws_later: `
    import { NEVER, Observable } from 'rxjs';
    let runs = 0;
    export default { open: () => () => new Observable((subscriber) => {
      runs += 1;
      subscriber.next({ deviceName: 'again', telemetry: { runs } });
      if (runs === 1) setTimeout(() => JSON.parse('{'), 50);
    }) };`,
  rejects_later: `
    import { Observable } from 'rxjs';
    let runs = 0;
    export default { open: () => () => new Observable((subscriber) => {
      runs += 1;
      subscriber.next({ deviceName: 'rejected', telemetry: { runs } });
      if (runs === 1) (async () => { await null; throw new Error('nobody waits'); })();
    }) };`,
  deaf_socket: `
    import { createConnection } from 'node:net';
    import { Observable } from 'rxjs';
    let runs = 0;
    export default { open: () => () => new Observable((subscriber) => {
      runs += 1;
      subscriber.next({ deviceName: 'deaf', telemetry: { runs } });
      if (runs === 1) setTimeout(() => createConnection({ host: '127.0.0.1', port: 1 }), 50);
    }) };`,
  careless_call: `
    import { readFile } from 'node:fs/promises';
    import { NEVER, concat, merge, of, tap, ignoreElements } from 'rxjs';
    let runs = 0;
    export default { open: () => (commands) => merge(
      of({ deviceName: 'careless', telemetry: { runs: (runs += 1) } }),
      commands.pipe(tap(() => void readFile('/nowhere')), ignoreElements()),
      NEVER,
    ) };`,
  hasty: `
    import { NEVER } from 'rxjs';
    setTimeout(() => { throw new Error('hasty'); }, 100);
    export default { open: () => () => NEVER };`,
  slow: `
    import { writeFileSync } from 'node:fs';
    import marker from '../../marker.mjs';
    setTimeout(() => writeFileSync(marker, ''), 500);
    await new Promise(() => setInterval(() => 0, 1_000));`,
  fatal: `
    import { throwError } from 'rxjs';
    import { FatalError } from 'tributary-gateway';
    export default { open: () => () => throwError(() => new FatalError('CONFIG_INVALID', 'it cannot be')) };`,
};

const folderWith = (names: readonly string[], port = 1): string => {
  const folder = mkdtempSync(join(tmpdir(), 'daemon-extensions-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (path: string, content: unknown): void =>
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  for (const name of names) {
    mkdirSync(join(folder, 'extensions', name), { recursive: true });
    write(`extensions/${name}/${name}.mjs`, wild[name]!);
  }
  write('own.json', {});
  write('tb_gateway.json', {
    thingsboard: {
      host: '127.0.0.1',
      port,
      security: { type: 'accessToken', accessToken: 'TOKEN' },
      statistics: { enable: false },
    },
    storage: { type: 'sqlite', data_folder_path: './data' },
    connectors: names.map((name) => ({ name, type: name, configuration: 'own.json' })),
  });
  return folder;
};

test('whatever connectors of one’s own do, it costs none but themselves, and is said', async () => {
  const platform = await startPlatform({ accept: { accessToken: 'TOKEN' } });
  onTestFinished(() => platform.close());
  const daemon = startDaemon(
    folderWith(
      Object.keys(wild).filter((name) => !['hasty', 'slow'].includes(name)),
      platform.port,
    ),
  );
  onTestFinished(() => daemon.kill());
  const latest = (device: string, key: string) => [
    ...(platform.devices.get(device)?.telemetry.get(key)?.values() ?? []),
  ];
  const disabled = [
    'throws_at_load',
    'loops_at_load',
    'ends_the_process',
    'broken',
    'no_connector',
    'throws_in_open',
    'no_observable',
    'fatal',
  ];
  for (const name of disabled) {
    await daemon.phase(name, 'disabled', 60_000);
    const isAlert = (fact: Fact): boolean => fact.kind === 'alert' && fact.who === name;
    await daemon.until(() => daemon.facts.some(isAlert), 20_000, `why ${name} is disabled`);
  }
  const why = new Map(daemon.facts.flatMap((fact) => (fact.kind === 'alert' ? [[fact.who, fact.text] as const] : [])));
  expect(disabled.map((name) => why.get(name))).toEqual([
    expect.stringContaining('not today'),
    expect.stringContaining('it has not loaded within 10 s'),
    expect.stringContaining('it ends the process while it loads'),
    expect.stringContaining('cannot be loaded'),
    expect.stringContaining('exports no connector by default'),
    "the connector's `open` failed: no port",
    "the connector's source gave object, and no Observable",
    'it cannot be',
  ]);
  await platform.until(() => latest('fine', 'ok').includes(1), 20_000, 'what is right among nonsense');
  await platform.until(() => latest('again', 'runs').includes(2), 20_000, 'the second run after a throw');
  await platform.until(() => latest('rejected', 'runs').includes(2), 20_000, 'the second run after a rejection');
  await platform.until(() => latest('deaf', 'runs').includes(2), 20_000, 'the second run after a socket’s error');
  await platform.until(() => latest('careless', 'runs').includes(1), 20_000, 'the one that calls carelessly');
  platform.push('v1/gateway/attributes', { device: 'careless', data: { a: 1 } });
  await platform.until(
    () => latest('careless', 'runs').includes(2),
    20_000,
    'its second run after a file that is absent',
  );
  expect(daemon.counted('failed')).toBe(6);
  const before = latest('good', 'n').length;
  await platform.until(() => latest('good', 'n').length > before + 4, 20_000, 'the good one to go on');
  expect(daemon.output()).toContain('code of an extension failed where nobody waits for it');
  expect(await daemon.terminate()).toEqual({ code: 0, signal: null });
}, 90_000);

test('while modules load, neither SIGHUP nor what one of them throws later ends the gateway', async () => {
  const platform = await startPlatform({ accept: { accessToken: 'TOKEN' } });
  onTestFinished(() => platform.close());
  const folder = folderWith(['hasty', 'good', 'slow'], platform.port);
  const marker = join(folder, 'loads');
  writeFileSync(join(folder, 'marker.mjs'), `export default ${JSON.stringify(marker)};`);
  const daemon = startDaemon(folder);
  onTestFinished(() => daemon.kill());
  await daemon.until(() => existsSync(marker), 20_000, 'a module that loads slowly');
  daemon.signal('SIGHUP');
  await daemon.phase('slow', 'disabled', 40_000);
  await daemon.phase('good', 'connected', 20_000);
  expect(daemon.output()).toContain('code of an extension failed where nobody waits for it: hasty');
  expect(await daemon.terminate()).toEqual({ code: 0, signal: null });
}, 90_000);

test('check names every module that is absent or broken, with its file and what was expected', () => {
  const folder = folderWith(['good', 'throws_at_load', 'no_connector', 'throws_in_open']);
  rmSync(join(folder, 'extensions/good/good.mjs'));
  const { status, stdout } = spawnSync(process.execPath, [freshDist(), 'check', folder], { encoding: 'utf8' });
  const lines = stdout.replaceAll(folder, '<folder>').trim().split('\n').slice(1);
  expect(status).toBe(1);
  expect(lines.map((line) => line.trim())).toEqual([
    expect.stringMatching(
      /^tb_gateway\.json: connectors\[0\]\.type: expected .*<folder>\/extensions\/good\/good\.js, found "good"$/,
    ),
    expect.stringMatching(/^own\.json: expected a module that can be loaded .*"throws_at_load", found .*not today$/),
    expect.stringMatching(
      /^own\.json: expected a module .*"no_connector", found <folder>.*exports no connector by default.*$/,
    ),
  ]);
}, 60_000);

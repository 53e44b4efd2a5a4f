import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Fact } from '../src/model/fact.js';
import type { Sums } from '../src/operators/tally.js';

const root = join(import.meta.dirname, '..');
const TOKEN = 'never-shown-token';

interface Daemon {
  readonly process: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly facts: readonly Fact[];
  readonly sums: readonly Sums[];
  readonly exit: Promise<number | null>;
}

let folder = '';
let running: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'main-'));
});
afterEach(() => {
  running.forEach((child) => child.kill('SIGKILL'));
  running = [];
  rmSync(folder, { recursive: true });
});

const start = (args: readonly string[], env: Record<string, string> = {}): Daemon => {
  const child = fork(join(root, 'src', 'main.ts'), args, {
    execArgv: ['--import', import.meta.resolve('tsx')],
    cwd: folder,
    silent: true,
    env: { PATH: process.env.PATH, ...env },
  });
  running.push(child);
  const text = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => (text.out += String(chunk)));
  child.stderr?.on('data', (chunk) => (text.err += String(chunk)));
  const facts: Fact[] = [];
  const sums: Sums[] = [];
  child.on('message', (message: { fact?: Fact; sums?: Sums }) => {
    if (message.fact) facts.push(message.fact);
    if (message.sums) sums.push(message.sums);
  });
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { process: child, out: () => text.out, err: () => text.err, facts, sums, exit };
};
const until = (what: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(what()).toBe(true), { timeout: 15_000, interval: 20 });
const write = (name: string, content: unknown): void => writeFileSync(join(folder, name), JSON.stringify(content));

describe('options', () => {
  test('--help says what there is', async () => {
    const daemon = start(['--help']);
    expect(await daemon.exit).toBe(0);
    expect(daemon.out()).toContain('--config DIR');
  });

  test('--version says the version of the package', async () => {
    const daemon = start(['--version']);
    expect(await daemon.exit).toBe(0);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(daemon.out().trim()).toBe(version);
  });

  test.each([[['--confg', 'x']], [['--log-level', 'loud']], [['--log-format', 'xml']], [['stray']]])(
    '%j is refused with exit code 2',
    async (args) => {
      const daemon = start(args);
      expect(await daemon.exit).toBe(2);
      expect(daemon.err()).not.toBe('');
      expect(daemon.err()).not.toMatch(/\n {4}at /);
    },
  );
});

test('mistakes in the configuration are listed on stderr, with exit code 2', async () => {
  write('tb_gateway.json', { thingsboard: { port: 'x', security: { accessToken: 4711 } }, storage: { type: 'disk' } });
  const daemon = start(['--config', folder]);
  expect(await daemon.exit).toBe(2);
  expect(daemon.err()).toContain('thingsboard.port');
  expect(daemon.err()).toContain('thingsboard.security');
  expect(daemon.err()).toContain('storage.type');
  expect(daemon.err()).not.toContain('4711');
});

test('the folder is that of --config, else of TB_GW_CONFIG_DIR, else ./config', async () => {
  const named = start([], { TB_GW_CONFIG_DIR: '/nowhere' });
  const fallback = start([]);
  expect(await named.exit).toBe(2);
  expect(await fallback.exit).toBe(2);
  expect(named.err()).toContain('no such file');
  expect(fallback.err()).toContain('no such file');
});

describe('a gateway whose platform is absent', () => {
  const launch = async (): Promise<Daemon> => {
    // A port that nobody listens on.
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    write('tb_gateway.json', {
      thingsboard: { host: '127.0.0.1', port },
      storage: { type: 'file', data_folder_path: './data/' },
      connectors: [{ name: 'Absent', type: 'mqtt', configuration: 'absent.json' }],
    });
    const daemon = start(['--config', folder], { TB_GW_ACCESS_TOKEN: TOKEN });
    await until(() => daemon.facts.some((fact) => fact.kind === 'alert' && fact.code === 'CONFIG_INVALID'));
    await until(() => daemon.facts.some((fact) => fact.kind === 'state' && fact.who === 'thingsboard'));
    return daemon;
  };

  test('runs on with a connector that cannot be opened, answers for its sums, and stops at SIGTERM with 0', async () => {
    const daemon = await launch();
    expect(daemon.out()).toMatch(/ERROR \[Absent\].*no such file/);

    daemon.process.send({ sums: true });
    await until(() => daemon.sums.length > 0);
    expect(daemon.sums[0]).toMatchObject({ received: 0, phases: { Absent: 'disabled' } });
    daemon.process.kill('SIGUSR2');
    await until(() => daemon.out().includes('"balance":0'));

    const asked = Date.now();
    daemon.process.kill('SIGTERM');
    expect(await daemon.exit).toBe(0);
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(daemon.out()).toMatch(/stopping.*SIGTERM[^]*stopped/);
    expect(daemon.out() + daemon.err()).not.toContain(TOKEN);
  });
});

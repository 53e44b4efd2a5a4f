import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fact } from '../src/model/fact.js';
import type { Sums } from '../src/operators/tally.js';
import { until } from './until.js';

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

  test.each([
    [['--confg', 'x']],
    [['--log-level', 'loud']],
    [['--log-format', 'xml']],
    [['stray']],
    [['check', 'a', 'b']],
    [['check', 'a', '--config', 'b']],
  ])('%j is refused with exit code 2', async (args) => {
    const daemon = start(args);
    expect(await daemon.exit).toBe(2);
    expect(daemon.err()).not.toBe('');
    expect(daemon.err()).not.toMatch(/\n {4}at /);
  });
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
  expect(named.err()).toContain('/nowhere: expected a folder with tb_gateway.json, found no such folder');
  expect(fallback.err()).toContain(`${join(folder, 'config')}: expected a folder`);
});

describe('check', () => {
  const mqtt = { broker: { host: '127.0.0.1', security: { type: 'anonymous' } } };
  const entry = { name: 'A', type: 'mqtt', configuration: 'a.json' };
  const main = { thingsboard: { security: { accessToken: TOKEN } }, connectors: [entry] };

  test.each([
    ['check', ['check', '.']],
    ['--config', ['check', '--config', '.']],
  ])('%s says that all is right, starts nothing, and exits with 0', async (_, args) => {
    write('a.json', mqtt);
    write('tb_gateway.json', { ...main, storage: { type: 'file' } });
    const daemon = start(args);
    expect(await daemon.exit).toBe(0);
    expect(daemon.out()).toBe(`The configuration in ${folder} is right.\n`);
    expect(daemon.facts).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['a.json', 'tb_gateway.json']);
  });

  test('lists the mistakes of every file and exits with 1', async () => {
    write('a.json', { broker: { host: 5, security: { type: 'anonymous' } } });
    write('tb_gateway.json', { ...main, storage: { type: 'disk' } });
    write('logs.json', { root: { level: 'LOUD' } });
    const daemon = start(['check', folder]);
    expect(await daemon.exit).toBe(1);
    expect(daemon.out()).toMatch(/3 mistakes:[^]*storage.type[^]*a.json: broker.host[^]*logs.json: root.level/);
    expect(daemon.out() + daemon.err()).not.toContain(TOKEN);
  });

  test('and run say the same where the gateway cannot start', async () => {
    write('a.json', { broker: { host: 5, security: { type: 'anonymous' } } });
    write('tb_gateway.json', { ...main, storage: { type: 'disk' } });
    const [check, run] = [start(['check', folder]), start(['--config', folder])];
    expect([await check.exit, await run.exit]).toEqual([1, 2]);
    expect(run.err()).toBe(check.out());
  });
});

describe('a gateway whose platform is absent', () => {
  const launch = async (more: object = {}, env: Record<string, string> = {}): Promise<Daemon> => {
    // A port that nobody listens on.
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const broker = { host: '127.0.0.1', port, security: { type: 'anonymous' } };
    write('good.json', { broker, logLevel: 'DEBUG' });
    write('tb_gateway.json', {
      thingsboard: { host: '127.0.0.1', port, managerEnabled: true },
      storage: { type: 'file', data_folder_path: './data/' },
      connectors: [
        { name: 'Absent', type: 'mqtt', configuration: 'absent.json' },
        { name: 'Strange', type: 'mqtx', configuration: 'good.json' },
        { name: 'Good', type: 'mqtt', configuration: 'good.json' },
      ],
      ...more,
    });
    const daemon = start(['--config', folder], { TB_GW_ACCESS_TOKEN: TOKEN, ...env });
    await until(() => daemon.facts.some((fact) => fact.kind === 'alert' && fact.code === 'CONFIG_INVALID'));
    await until(() => daemon.facts.some((fact) => fact.kind === 'state' && fact.who === 'thingsboard'));
    return daemon;
  };

  test('runs on with connectors that cannot be opened, answers for its sums, and stops at SIGTERM with 0', async () => {
    const daemon = await launch();
    expect(daemon.out()).toMatch(/ERROR \[Absent\].*\n {4}absent.json: expected a JSON file, found no such file/);
    expect(daemon.out()).toMatch(/ERROR \[Strange\].*No connector of type "mqtx" \(did you mean "mqtt"\?\)/);
    await until(() => daemon.facts.some((fact) => fact.kind === 'state' && fact.who === 'Good'));

    daemon.process.send({ sums: true });
    await until(() => daemon.sums.length > 0);
    expect(daemon.sums[0]).toMatchObject({ received: 0, phases: { Absent: 'disabled', Strange: 'disabled' } });
    expect(daemon.sums[0]!.phases).not.toMatchObject({ Good: 'disabled' });
    daemon.process.kill('SIGUSR2');
    await until(() => daemon.out().includes('"balance":0'));

    const asked = Date.now();
    daemon.process.kill('SIGTERM');
    expect(await daemon.exit).toBe(0);
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(daemon.out()).toMatch(/stopping.*SIGTERM[^]*stopped/);
    expect(daemon.out() + daemon.err()).not.toContain(TOKEN);
  });

  test('names the keys without effect in one warning', async () => {
    const daemon = await launch();
    const warnings = daemon
      .out()
      .split('\n')
      .filter((line) => line.includes('no effect yet'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('tb_gateway.json: thingsboard.managerEnabled');
  });

  test('stays when the readers of its log go away', async () => {
    const daemon = await launch();
    daemon.process.stdout!.destroy();
    daemon.process.stderr!.destroy();
    for (let i = 0; i < 3; i += 1) {
      const seen = daemon.sums.length;
      daemon.process.kill('SIGUSR2');
      daemon.process.send({ sums: true });
      await until(() => daemon.sums.length > seen);
    }
    expect(daemon.process.exitCode).toBeNull();
    daemon.process.kill('SIGTERM');
    expect(await daemon.exit).toBe(0);
  });

  test('logs as logs.json says: to its files, from its levels', async () => {
    write('logs.json', {
      handlers: { file: { filename: './elsewhere/service.log' }, console: { class: 'logging.StreamHandler' } },
      loggers: {
        service: { handlers: ['file'], level: 'INFO' },
        connector: { handlers: ['console', 'file'], level: 'ERROR' },
        tb_connection: { handlers: ['console'], level: 'NONE' },
      },
    });
    const daemon = await launch({}, { TB_GW_LOGS_PATH: join(folder, 'logs') });
    const file = (): string => readFileSync(join(folder, 'logs', 'service.log'), 'utf8');
    await until(() => file().includes('ERROR [Absent]') && daemon.out().includes('ERROR [Absent]'));
    // Its own file asks for more than the logger.
    await until(() => /INFO {2}\[Good\]/.test(daemon.out()));
    expect(file()).toMatch(/INFO {2}\[gateway\] starting/);
    expect(daemon.out()).not.toMatch(/\[gateway\] starting|\[thingsboard\]|WARN {2}\[Absent\]/);
  });

  test('says mistakes in logs.json and logs to the console', async () => {
    write('logs.json', { handlers: { file: { filename: 'service.log', maxBytes: 'many' } } });
    const daemon = await launch();
    expect(daemon.out()).toMatch(/WARN {2}\[gateway\] everything is logged to the console.*\n.*handlers.file.maxBytes/);
    expect(daemon.out()).toMatch(/INFO {2}\[gateway\] starting/);
  });
});

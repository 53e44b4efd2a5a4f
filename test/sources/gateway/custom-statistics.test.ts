import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defer, finalize, lastValueFrom, map, NEVER, of, throwError, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { customStatistics } from '../../../src/sources/gateway/custom-statistics.js';
import type { CustomStatistic } from '../../../src/sources/gateway/custom-statistics.js';
import { runCommand } from '../../../src/sources/gateway/run-command.js';
import { until } from '../../until.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'commands-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const output = (command: readonly string[], timeout = 5_000) => lastValueFrom(runCommand({ command, timeout }));
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
describe('a command', () => {
  test('is run without a shell: what only a shell would read is an argument', async () => {
    const marker = join(folder, 'marker');
    expect(await output(['echo', `$(touch ${marker}); $HOME`])).toBe(`$(touch ${marker}); $HOME\n`);
    expect(existsSync(marker)).toBe(false);
  });

  test('does not see what the gateway was started with', async () => {
    process.env.TB_GW_ACCESS_TOKEN = 'never-shown';
    try {
      expect(await output(['env'])).not.toContain('never-shown');
    } finally {
      delete process.env.TB_GW_ACCESS_TOKEN;
    }
  });

  test.each<[string, readonly string[], RegExp]>([
    ['that is not there', ['no-such-command-at-all'], /ENOENT/],
    ['that fails', ['false'], /exit code 1/],
    ['that prints without end', ['yes'], /more than 8192 bytes/],
  ])('%s is an error', async (_, command, expected) => {
    await expect(output(command)).rejects.toThrow(expected);
  });

  test('that runs too long is killed together with what it started', async () => {
    const file = join(folder, 'pid');
    for (const then of ['wait', 'exit 0']) {
      const script = `sleep 60 & echo $! > ${file}; ${then}`;
      await expect(output(['/bin/sh', '-c', script], 300)).rejects.toThrow(/longer than 300 ms/);
      const pid = Number(readFileSync(file, 'utf8'));
      await until(() => !alive(pid));
    }
  });
});

const statistic = (key: string): CustomStatistic => ({ attributeOnGateway: key, command: [key], timeout: 10 });

/** What each run sent, and when; the commands of these names print so. */
const run = (results: Readonly<Record<string, () => Observable<string>>>, until: number) => {
  const scheduler = new TestScheduler(() => undefined);
  const sent: unknown[] = [];
  const warned: unknown[] = [];
  scheduler.run(() => {
    const source = customStatistics({
      commands: Object.keys(results).map(statistic),
      period: 60,
      log: { warn: (_, details) => warned.push(details) },
      run: ({ command: [name = ''] }) => results[name]!(),
      scheduler,
    });
    const subscription = source(NEVER).subscribe(({ value }) => {
      if (value.kind === 'data') sent.push([scheduler.now(), value.telemetry[0]?.values]);
    });
    scheduler.schedule(() => subscription.unsubscribe(), until);
  });
  return { sent, warned };
};

test('what the commands print is sent at the start and once a period, as a number where it is one', () => {
  const { sent } = run({ uptime: () => of(' 12.5\n'), kernel: () => of('6.1.0-x\n') }, 60_001);
  const values = { uptime: 12.5, kernel: '6.1.0-x' };
  expect(sent).toEqual([
    [0, values],
    [60_000, values],
  ]);
});

test('one that fails leaves the others alone, and is logged', () => {
  const { sent, warned } = run({ bad: () => throwError(() => new Error('it broke')), good: () => of('1') }, 1);
  expect(sent).toEqual([[0, { good: 1 }]]);
  expect(warned).toEqual([{ key: 'bad', why: 'it broke' }]);
});

test('a run that lasts longer than a period leaves out the next, and one command runs at a time', () => {
  let running = 0;
  let most = 0;
  const slow = (): Observable<string> =>
    defer(() => {
      running += 1;
      most = Math.max(most, running);
      return timer(40_000).pipe(
        map(() => '1'),
        finalize(() => (running -= 1)),
      );
    });
  const { sent } = run({ a: slow, b: slow }, 200_001);
  expect(sent).toEqual([80_000, 200_000].map((at) => [at, { a: 1, b: 1 }]));
  expect(most).toBe(1);
});

test('it completes when it is asked to stop', () => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ cold, expectObservable }) => {
    const source = customStatistics({
      commands: [],
      period: 60,
      log: { warn: () => undefined },
    });
    expectObservable(source(cold('3s |'))).toBe('3s |');
  });
});

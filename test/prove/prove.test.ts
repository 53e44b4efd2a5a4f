import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Outcome } from '../../prove/run-scenario.js';
import { noStrace } from '../../prove/under-strace.js';
import { haveMosquitto } from '../peers/mosquitto.js';
import { peer } from '../peers/require-peer.js';

const root = join(import.meta.dirname, '../..');
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const folder = mkdtempSync(join(tmpdir(), 'prove-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly code: number;
  readonly output: string;
  readonly outcomes: readonly Outcome[];
}

let runs = 0;
/** The laboratory as a person starts it. */
const prove = (...args: readonly string[]): Promise<Run> => {
  const json = join(folder, `${(runs += 1)}.json`);
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['--import', tsx, 'prove/main.ts', ...args, '--json', json],
      { cwd: root },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code !== 'number') reject(error ?? new Error('it ended without a code'));
        else if (code === 2) reject(new Error(stderr));
        else {
          const { outcomes } = JSON.parse(readFileSync(json, 'utf8')) as { outcomes: readonly Outcome[] };
          resolve({ code, output: stdout, outcomes });
        }
      },
    );
  });
};

peer('mosquitto', haveMosquitto())('the crash laboratory', () => {
  peer('strace', noStrace() === undefined)('in its short form', () => {
    test('finds nothing lost, and says what it did', async () => {
      const { code, output, outcomes } = await prove('--short', '--seed', '7');
      expect(code, output).toBe(0);
      expect(outcomes.map(({ scenario }) => scenario).sort()).toEqual([
        'capacity-drop-newest',
        'cut-before-puback',
        'kill-at-fsync',
        'modbus-kill',
        'rest-kill',
      ]);
      for (const { scenario, result, figures, faults } of outcomes) {
        expect(result).toBe('passed');
        expect(figures).toMatchObject({ lost: 0, outOfOrder: 0 });
        expect(figures!.acknowledged).toBeGreaterThan(scenario === 'rest-kill' ? 50 : 500);
        expect(faults.length).toBeGreaterThan(1);
      }
      const drops = outcomes.find(({ scenario }) => scenario === 'capacity-drop-newest')!.figures!;
      expect(drops.dropped).toBeGreaterThan(500);
      expect(drops.counted).toBe(drops.dropped);
      expect(output).toContain('5 passed, 0 failed, 0 skipped');
    }, 120_000);
  });

  test.each([
    ['lose', /lost 1: acknowledged and never arrived, such as device-\d+ \d+/, { lost: 1 }],
    ['swap', /out of order 1/, { lost: 0, outOfOrder: 1 }],
    ['repeat', /repeated 100, more than 0/, { lost: 0, repeated: 100 }],
    ['bloat', /memory \d+ MB, more than/, { lost: 0, repeated: 0 }],
  ])(
    'fails if somebody makes it: %s',
    async (sabotage, why, figures) => {
      const { code, output, outcomes } = await prove('--scenario', 'calm', '--seed', '1', '--sabotage', sabotage);
      expect(code, output).toBe(1);
      expect(output).toMatch(why);
      expect(output).toContain('again: npm run prove -- --seed 1 --scenario calm');
      expect(outcomes[0]).toMatchObject({ result: 'failed', figures });
    },
    60_000,
  );

  test.each([
    ['lose', { lost: 1, outOfOrder: 0 }],
    ['swap', { lost: 0, outOfOrder: 1 }],
  ])(
    'finds a polled reading that is missing or overtaken: %s',
    async (sabotage, figures) => {
      const { code, output, outcomes } = await prove(
        ...['--scenario', 'modbus-kill', '--short', '--seed', '1', '--sabotage', sabotage],
      );
      expect(code, output).toBe(1);
      expect(outcomes[0]).toMatchObject({ result: 'failed', figures });
    },
    60_000,
  );

  test('fails if a message is missing that no drop accounts for', async () => {
    const { code, output } = await prove(
      ...['--scenario', 'capacity-drop-newest', '--seed', '1', '--sabotage', 'lose'],
    );
    expect(code, output).toBe(1);
    expect(output).toMatch(/lost 1: .*[^]*counted (\d+) drops, really (\d+)/);
  }, 60_000);
});

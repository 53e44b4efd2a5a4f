import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

it('the embedding example prints its readings and ends', () => {
  const file = resolve(import.meta.dirname, '../../examples/embed.ts');
  const lines = execFileSync(process.execPath, ['--import', 'tsx', file], { encoding: 'utf8' }).trim().split('\n');
  const temperatures = lines.slice(0, -1).map((line) => JSON.parse(line).telemetry[0].values.temperature);
  expect(temperatures).toEqual([20, 20.1, 20.2, 20.3, 20.4]);
  expect(lines.at(-1)).toBe('done');
});

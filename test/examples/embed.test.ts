import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { example, run } from './run.js';

it('the embedding example prints its readings and ends', () => {
  const temperatures = run('embed.ts').map((line) => JSON.parse(line).telemetry[0].values.temperature);
  expect(temperatures).toEqual([20, 20.1, 20.2, 20.3, 20.4]);
}, 60_000);

it('the embedding example has 15 lines', () =>
  expect(readFileSync(example('embed.ts'), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(15));

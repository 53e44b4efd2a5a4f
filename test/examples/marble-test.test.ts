import { expect, it } from 'vitest';
import { run } from './run.js';

it('the drawings of the marble example hold', () => {
  const report = run('marble-test.ts', [], ['--test', '--test-reporter=tap']).join('\n');
  expect(report).toContain('# pass 2');
  expect(report).toContain('# fail 0');
}, 60_000);

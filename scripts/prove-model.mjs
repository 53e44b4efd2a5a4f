// The model of the buffer, at length: `node scripts/prove-model.mjs --runs 5000 [--seed 1] [--only SQLite]`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5000' },
    seed: { type: 'string' },
    only: { type: 'string' },
  },
});
const root = join(import.meta.dirname, '..');
const runner = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const only = values.only === undefined ? [] : ['-t', values.only];
const env = { ...process.env, MODEL_RUNS: values.runs };
if (values.seed !== undefined) env.MODEL_SEED = values.seed;
const { status } = spawnSync(process.execPath, [runner, 'run', 'test/operators/buffer/model', ...only], {
  cwd: root,
  env,
  stdio: 'inherit',
});
process.exit(status ?? 1);

// Breaks the code on purpose, one promise at a time, and sees whether the tests notice. Each mutant is a patch of a copy: the working tree
// stays as it is. `node scripts/mutants.mjs [word …]` tries those whose name has one of the words.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutants } from './mutants/table.mjs';

const root = join(import.meta.dirname, '..');
const COPIED = ['src', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'];
/** What does not end by itself is caught too: a test would have noticed. */
const DEADLINE = 180_000;

const copyOf = (patches) => {
  const tree = mkdtempSync(join(tmpdir(), 'tributary-mutant-'));
  for (const name of COPIED) cpSync(join(root, name), join(tree, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  for (const { file, find, put } of patches) {
    const path = join(tree, file);
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(find, () => put),
    );
  }
  return tree;
};

/** The patches of a mutant that do not fit the code any more. */
const stale = ({ patches }) =>
  patches.filter(({ file, find }) => readFileSync(join(root, file), 'utf8').split(find).length !== 2);

/** @returns {Promise<{ caught: boolean, why: string }>} */
const tried = ({ patches, tests }) =>
  new Promise((resolve) => {
    const tree = copyOf(patches);
    const runner = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const child = spawn(process.execPath, [runner, 'run', '--bail=1', ...tests], {
      cwd: tree,
      env: { MODEL_SEED: '1', ...process.env, CI: 'true', NO_COLOR: '1' },
      detached: true,
    });
    let said = '';
    child.stdout.on('data', (text) => (said += text));
    child.stderr.on('data', (text) => (said += text));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      process.kill(-child.pid, 'SIGKILL');
    }, DEADLINE);
    child.on('close', (code) => {
      clearTimeout(timer);
      rmSync(tree, { recursive: true, force: true });
      const [, text = late ? 'it did not end' : `exit code ${code}`] = /Error: (.*)/.exec(said) ?? [];
      // A run that could not even begin has caught nothing.
      const ran = late || / FAIL .*> /.test(said);
      resolve({ caught: code !== 0 && ran, why: code !== 0 && !ran ? `the tests do not run: ${text}` : text });
    });
  });

const words = process.argv.slice(2);
const chosen = mutants.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const bad = [];
const waiting = [...chosen];
const work = async () => {
  for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
    const began = Date.now();
    const unfit = stale(mutant);
    const { caught, why } =
      unfit.length > 0
        ? { caught: false, why: `not exactly once in ${unfit[0].file}: ${unfit[0].find}` }
        : await tried(mutant);
    const verdict = unfit.length > 0 ? 'STALE   ' : caught ? 'caught  ' : 'SURVIVED';
    if (!caught) bad.push(mutant.name);
    console.log(
      `${verdict} ${mutant.name} (${((Date.now() - began) / 1000).toFixed(1)} s)\n         ${why.slice(0, 140)}`,
    );
  }
};
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
console.log(`${chosen.length - bad.length} of ${chosen.length} mutants caught`);
if (bad.length > 0 || chosen.length === 0) process.exit(1);

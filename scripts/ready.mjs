// Installs and builds what is missing or stale, so that each README command is the only one a newcomer has to type.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const at = (...path) => join(root, ...path);

const run = (command, args) => {
  console.log(`> ${command} ${args.join(' ')}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
};

const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
const newest = (folder) =>
  readdirSync(folder, { withFileTypes: true }).reduce((latest, entry) => {
    const path = join(folder, entry.name);
    return Math.max(latest, entry.isDirectory() ? newest(path) : modified(path));
  }, 0);

// npm writes this file at the end of a complete install.
const installed = at('node_modules', '.package-lock.json');
if (modified(installed) < modified(at('package-lock.json'))) run('npm', ['ci', '--no-audit', '--no-fund']);

const built = modified(at('dist', '.tsbuildinfo'));
const sources = Math.max(newest(at('src')), modified(at('tsconfig.json')), modified(at('tsconfig.build.json')));
if (built < sources || !existsSync(at('dist', 'main.js'))) run('npm', ['run', '--silent', 'build']);

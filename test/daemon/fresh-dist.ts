import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

const modified = (path: string): number => (existsSync(path) ? statSync(path).mtimeMs : 0);
const newest = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true }).reduce((latest, entry) => {
    const path = join(folder, entry.name);
    return Math.max(latest, entry.isDirectory() ? newest(path) : modified(path));
  }, 0);

/**
 * The built program, `dist/main.js`. Throws if it is absent or older than a source: `npm test` builds before it runs, a test file run
 * by itself does not, and would prove something about yesterday's program.
 */
export const freshDist = (): string => {
  const main = join(root, 'dist', 'main.js');
  const stale = modified(join(root, 'dist', '.tsbuildinfo')) < newest(join(root, 'src'));
  if (stale || !existsSync(main)) throw new Error('dist is older than src: run `npm run build` (or `npm test`) first');
  return main;
};

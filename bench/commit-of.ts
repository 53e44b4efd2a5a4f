import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const git = (...args: readonly string[]): string | undefined => {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
};

/** The commit that is checked out, with `+` behind it if files have been changed since; `unknown` outside a checkout. */
export const commitOf = (): string => {
  const commit = git('rev-parse', '--short', 'HEAD');
  if (commit === undefined) return 'unknown';
  return `${commit}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+'}`;
};

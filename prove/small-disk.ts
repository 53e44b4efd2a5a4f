import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from './lab.js';

const mount = (folder: string, size: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]).status === 0;
const unmount = (folder: string): void => void execFileSync('umount', [folder]);

/** Found out by doing it. */
const mayMount = (): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'mount-'));
  const mounted = mount(folder, '1m');
  if (mounted) unmount(folder);
  rmdirSync(folder);
  return mounted;
};
let may: boolean | undefined;

/** Why no file system can be mounted here; undefined if one can. */
export const noMount = (): string | undefined =>
  (may ??= mayMount()) ? undefined : 'no file system may be mounted (it takes root, or a container that is allowed to)';

/** Puts the laboratory's data folder on a disk of its own; the laboratory takes it away at the end. */
export const smallDisk = (lab: Lab, size: string) => {
  mkdirSync(lab.data);
  if (!mount(lab.data, size)) throw new Error(`cannot mount a tmpfs of ${size}`);
  lab.beforeRemoval(() => unmount(lab.data));
  const remount = (how: 'ro' | 'rw'): void => void execFileSync('mount', ['-o', `remount,${how}`, lab.data]);
  return { remount };
};

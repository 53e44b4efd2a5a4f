import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { freshDist } from '../daemon/fresh-dist.js';

/** The file of an example. The examples import the built package by its name, so it must be today's. */
export const example = (name: string): string => {
  freshDist();
  return resolve(import.meta.dirname, '../../examples', name);
};

/** Runs an example as its first line says and gives the lines that it prints. Throws if it fails. */
export const run = (name: string, args: readonly string[] = [], flags: readonly string[] = []): readonly string[] =>
  execFileSync(process.execPath, ['--import', 'tsx', ...flags, example(name), ...args], {
    cwd: resolve(import.meta.dirname, '../..'),
    encoding: 'utf8',
    timeout: 50_000,
  })
    .trim()
    .split('\n');

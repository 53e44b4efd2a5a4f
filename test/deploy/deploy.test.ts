import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { validate } from 'dockerfile-utils';
import { expect, it } from 'vitest';
import { peer } from '../peers/require-peer.js';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const analyze = ['/usr/bin/systemd-analyze', '/bin/systemd-analyze'].find(existsSync);

/** What systemd says of a unit, apart from the programs that are not installed here. */
const verdict = async (unit: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'unit-'));
  try {
    const file = join(folder, 'tributary.service');
    await writeFile(file, unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
    const { stdout, stderr } = await run(analyze ?? '', ['verify', '--man=no', file]).catch(
      (error: unknown) => error as { stdout: string; stderr: string },
    );
    return `${stdout}${stderr}`
      .split('\n')
      .filter((line) => line.includes('tributary.service'))
      .join('\n');
  } finally {
    await rm(folder, { recursive: true });
  }
};

peer('systemd-analyze', analyze !== undefined)('the systemd unit', () => {
  it('is one that systemd accepts without a word', async () => {
    expect(await verdict(await readFile(join(root, 'deploy/tributary.service'), 'utf8'))).toBe('');
  });

  it('would not pass with a misspelt key', async () => {
    const unit = await readFile(join(root, 'deploy/tributary.service'), 'utf8');
    expect(await verdict(unit.replace('TimeoutStopSec', 'TimeoutStopSecs'))).toContain('TimeoutStopSecs');
  });
});

it('the Dockerfile has no mistake that a linter finds', () => {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
  expect(validate(text).map(({ message, range }) => [range.start.line + 1, message])).toEqual([]);
  expect(validate(text.replace('WORKDIR /build', 'WORKDIRS /build'))).not.toEqual([]);
});

it('the Dockerfile copies what a clone has, and the image starts the daemon', () => {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const copied = [...text.matchAll(/^COPY (?!--)(.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '));
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  expect(copied.length).toBeGreaterThan(3);
  for (const name of copied) {
    const path = name.replace(/^\.\//, '');
    expect(existsSync(join(root, path)), path).toBe(true);
    expect(ignored).toContain(`!${path}`);
  }
  expect(text).toContain('ENTRYPOINT ["node", "/opt/tributary/dist/main.js"]');
});

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The script with an npm that prints this. */
const audit = (printed: string) => {
  writeFileSync(join(folder, 'printed'), printed);
  writeFileSync(join(folder, 'npm'), `#!/bin/sh\ncat '${join(folder, 'printed')}'\n`);
  chmodSync(join(folder, 'npm'), 0o755);
  const { status, stdout } = spawnSync(process.execPath, [resolve(import.meta.dirname, '../../.ci/audit.mjs')], {
    encoding: 'utf8',
    env: { PATH: `${folder}${delimiter}${process.env.PATH ?? ''}` },
  });
  return { status, stdout };
};
const weak = (severity: string, via: readonly unknown[] = [{ title: 'Bad', url: 'https://example.org/1' }]) =>
  JSON.stringify({ vulnerabilities: { lib: { name: 'lib', severity, range: '<2', via, fixAvailable: true } } });

test.each(['high', 'critical'])('a weakness that is %s fails', (severity) => {
  const { status, stdout } = audit(weak(severity));
  expect(stdout).toMatch(/FAILS .*lib <2 \(there is a fix\): Bad https:\/\/example\.org\/1/);
  expect(status).toBe(1);
});

test.each(['low', 'moderate'])('one that is %s is said, and does not', (severity) => {
  const { status, stdout } = audit(weak(severity));
  expect(stdout).toContain('lib <2');
  expect(status).toBe(0);
});

test('a package that only needs a weak one is said, and fails where that one stands', () => {
  expect(audit(weak('high', ['other']))).toMatchObject({ status: 0, stdout: expect.stringContaining('needs other') });
});

test.each(['', 'no JSON', '{}', '{"message":"405 Method Not Allowed"}', '{"error":{"summary":"ENOTFOUND"}}'])(
  'a registry that answers %j fails nothing, and is said',
  (printed) => {
    const { status, stdout } = audit(printed);
    expect(stdout).toContain('the registry has not answered');
    expect(status).toBe(0);
  },
);

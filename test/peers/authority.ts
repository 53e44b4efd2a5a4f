import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Issue {
  /** File names are made of it: `<file>.key`, `<file>.crt`. */
  readonly file: string;
  /** Common name. Default: localhost. */
  readonly name?: string;
  /** How long it is valid. Default 2; negative: it has expired. */
  readonly days?: number;
}

const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** A certificate authority of its own in a temporary directory: `ca.crt`, and what it issues. Needs the openssl command. */
export const authority = (name = 'authority') => {
  const dir = mkdtempSync(join(tmpdir(), 'authority-'));
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', `/CN=${name}`, '-days', '2');
  return {
    dir,
    at: (file: string): string => join(dir, file),
    issue: ({ file, name: subject = 'localhost', days = 2 }: Issue): void => {
      openssl('req', ...key, '-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', `/CN=${subject}`);
      const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', String(days)];
      openssl('x509', '-req', '-in', `${file}.csr`, ...signed, '-out', `${file}.crt`);
    },
    close: () => rmSync(dir, { recursive: true, force: true }),
  };
};

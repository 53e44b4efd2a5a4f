import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Problem } from '../model/codec.js';
import { reasonOf } from '../model/errors.js';
import { isContent } from '../model/secret.js';

const LARGEST = 1024 * 1024;

/** Where they are named. */
const sections: ReadonlySet<string> = new Set(['security', 'provisioning']);

type Kind = 'certificate' | 'private key';

/** What the incumbent's files call them, at the platform and at every broker and server. `own`: read only if they are the credentials. */
const kinds: ReadonlyMap<string, { readonly kind: Kind; readonly own: boolean }> = new Map([
  ['caCert', { kind: 'certificate', own: false }],
  ['pathToCACert', { kind: 'certificate', own: false }],
  ['cert', { kind: 'certificate', own: true }],
  ['pathToClientCert', { kind: 'certificate', own: false }],
  ['privateKey', { kind: 'private key', own: true }],
  ['pathToPrivateKey', { kind: 'private key', own: false }],
]);

/**
 * A server that speaks no TLS reads no certificate, and one that only some request to a device shows is read when that is sent: neither keeps its connector
 * from starting.
 */
const unread = (section: Readonly<Record<string, unknown>>, key: string): boolean =>
  section.SSL === false || (key === 'server' && section.SSL !== true) || Object.hasOwn(section, 'requestUrlExpression');

const parse: Readonly<Record<Kind, (bytes: Buffer) => unknown>> = {
  certificate: (bytes) => new X509Certificate(bytes),
  'private key': (bytes) => createPrivateKey(bytes),
};

/** With these credentials no certificate is shown, so that one that was left in the section is not read. */
const otherCredentials = (section: Readonly<Record<string, unknown>>): boolean =>
  typeof section.type === 'string'
    ? /token|password|basic|anonymous/i.test(section.type)
    : Object.hasOwn(section, 'accessToken');

const mistakeOf = (path: string, kind: Kind): string | undefined => {
  let bytes: Buffer;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return 'something else';
    if (stat.size > LARGEST) return `a file of ${stat.size} bytes`;
    bytes = readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : reasonOf(error);
    return code === 'ENOENT' ? 'no such file' : code;
  }
  try {
    parse[kind](bytes);
    return undefined;
  } catch {
    return 'a file that holds none';
  }
};

/**
 * The certificates and keys that the `security` sections of a file, and a `provisioning` section without one beside it, name and that cannot be used: absent, unreadable, or something else.
 *
 * Promises: never throws; shows file names and nothing of the files. Relative names start at `folder`.
 */
export const unreadableFiles = (input: unknown, folder: string): readonly Problem[] => {
  const inSection = (section: Readonly<Record<string, unknown>>, path: string): readonly Problem[] =>
    Object.entries(section).flatMap(([key, name]): readonly Problem[] => {
      const file = kinds.get(key);
      if (!file || typeof name !== 'string' || name === '' || (file.own && otherCredentials(section))) return [];
      const at = `${path}.${key}`;
      // Somebody has put the key itself where its file is to be named.
      if (isContent(name))
        return [{ path: at, found: 'a text (not shown)', expected: `the name of a file with a ${file.kind} (PEM)` }];
      const found = mistakeOf(resolve(folder, name), file.kind);
      if (found === undefined) return [];
      return [{ path: at, found, expected: `a file with a ${file.kind} (PEM) at ${JSON.stringify(name)}` }];
    });
  const walk = (value: unknown, key: string, path: string): readonly Problem[] => {
    if (Array.isArray(value)) return value.flatMap((item, i) => walk(item, '', `${path}[${i}]`));
    if (typeof value !== 'object' || value === null) return [];
    const own = sections.has(key) ? inSection(value as Readonly<Record<string, unknown>>, path) : [];
    const spared = unread(value as Readonly<Record<string, unknown>>, key);
    const secured = Object.hasOwn(value, 'security');
    const within = Object.entries(value).flatMap(([name, item]) =>
      walk(
        item,
        (secured && name === 'provisioning') || (spared && name === 'security') ? '' : name,
        path === '' ? name : `${path}.${name}`,
      ),
    );
    return [...own, ...within];
  };
  return walk(input, '', '');
};

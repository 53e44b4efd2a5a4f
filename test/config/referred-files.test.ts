import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { referredFiles } from '../../src/config/referred-files.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'referred-'));
  for (const name of ['ca.pem', 'client.pem']) writeFileSync(join(folder, name), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each<[string, unknown, readonly string[]]>([
  [
    'certificates of a broker',
    { broker: { security: { caCert: 'ca.pem', cert: 'client.pem' } } },
    ['ca.pem', 'client.pem'],
  ],
  ['one that is not there yet', { security: { type: 'certificates', privateKey: 'later.key' } }, ['later.key']],
  ['under whatever key, if it is a file', { server: { identity: { chain: ['ca.pem', 'none.pem'] } } }, ['ca.pem']],
  ['a secret in a file', { broker: { security: { password: '${file:secret}' } } }, ['secret']],
  ['one named twice', { a: { tls: { caCert: 'ca.pem' } }, b: { tls: { caCert: 'ca.pem' } } }, ['ca.pem']],
  ['no names outside of such sections', { mapping: [{ converter: { extension: 'ca.pem' } }] }, []],
  ['no keys themselves', { security: { privateKey: '-----BEGIN PRIVATE KEY-----\n', caCert: '' } }, []],
  ['no password', { security: { username: 'u', password: 'p' } }, []],
  ['nothing in what is no object', 7, []],
  ['nothing strange', { security: { caCert: 'a\0b', cert: 7, __proto__: null } }, []],
])('%s', (_, raw, names) => {
  expect(referredFiles(raw, folder)).toEqual(names.map((name) => join(folder, name)));
});

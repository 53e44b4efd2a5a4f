import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, describe, expect, test } from 'vitest';
import { unreadableFiles } from '../../src/config/unreadable-files.js';

const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
writeFileSync(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
writeFileSync(join(folder, 'text.pem'), 'text');
mkdirSync(join(folder, 'folder'));
afterAll(() => rmSync(folder, { recursive: true }));

const found = (input: unknown) => unreadableFiles(input, folder).map(({ path, found: what }) => `${path}: ${what}`);

describe('certificates and keys of a security section are looked at', () => {
  test.each<[Record<string, unknown>, readonly string[]]>([
    [{ privateKey: 'key.pem' }, []],
    [{ privateKey: 'absent.pem' }, ['security.privateKey: no such file']],
    [{ pathToPrivateKey: 'text.pem' }, ['security.pathToPrivateKey: a file that holds none']],
    [{ caCert: 'folder' }, ['security.caCert: something else']],
    [{ pathToClientCert: 'key.pem' }, ['security.pathToClientCert: a file that holds none']],
    [{ caCert: '', cert: 5 }, []],
    [{ cert: 'one line\nand another' }, ['security.cert: a text (not shown)']],
    [{ type: 'accessToken', cert: 'absent.pem', caCert: 'absent.pem' }, ['security.caCert: no such file']],
    [{ accessToken: 't', privateKey: 'absent.pem' }, []],
    [{ type: 'basic', cert: 'absent.pem' }, []],
    [{ type: 'basic', pathToClientCert: 'absent.pem' }, ['security.pathToClientCert: no such file']],
  ])('%j: %j', (security, expected) => {
    expect(found({ security })).toEqual(expected);
  });
});

test('a certificate is one', () => {
  writeFileSync(join(folder, 'cert.pem'), rootCertificates[0]!);
  expect(found({ security: { caCert: 'cert.pem', pathToClientCert: join(folder, 'cert.pem') } })).toEqual([]);
});

test('sections are found at any depth, and nowhere else', () => {
  expect(found({ servers: [{ security: { caCert: 'absent.pem' } }], caCert: 'absent.pem' })).toEqual([
    'servers[0].security.caCert: no such file',
  ]);
});

test('one that is not read is passed over: of a server without TLS, and of a request to a device', () => {
  const security = { type: 'cert', cert: 'absent.pem' };
  expect(found({ server: { SSL: false, security } })).toEqual([]);
  expect(found({ server: { security } })).toEqual([]);
  expect(found({ SSL: false, security })).toEqual([]);
  expect(found({ attributeUpdates: [{ requestUrlExpression: 'h', security }] })).toEqual([]);
  expect(found({ server: { SSL: true, security } })).toEqual(['server.security.cert: no such file']);
});

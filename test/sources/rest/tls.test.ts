import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { certificateFor } from '../../../src/sources/rest/server/certificate-for.js';
import { intake } from '../../../src/sources/rest/intake.js';
import { configOf, converter, running, undone } from './running.js';
import { NEVER } from 'rxjs';
import type { Fact } from '../../../src/model/fact.js';

const folderOf = (): string =>
  undone(mkdtempSync(join(tmpdir(), 'rest-')), (folder) => rmSync(folder, { recursive: true }));

const post = (port: number, ca: string | Buffer): Promise<number> =>
  new Promise((done, fail) => {
    const options = { host: '127.0.0.1', port, path: '/data', method: 'POST', ca };
    const sent = request(options, (response) => {
      response.resume();
      response.on('end', () => done(response.statusCode!));
    });
    sent.on('error', fail);
    sent.end('{"name":"A","temp":1}');
  });

it('a server without a certificate makes its own, once, and only its owner may read the key', async () => {
  const folder = folderOf();
  const first = await running({ server: { SSL: true }, folder });
  const [crt, key] = [join(folder, 'domain_srv.crt'), join(folder, 'domain_srv.key')];
  const made = readFileSync(crt);
  const certificate = new X509Certificate(made);
  expect(certificate.subjectAltName).toBe('IP Address:127.0.0.1, DNS:localhost');
  expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
  const days = (new Date(certificate.validTo).getTime() - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(365);
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect(await post(first.port, made)).toBe(200);
  await running({ server: { SSL: true }, folder });
  expect(readFileSync(crt)).toEqual(made);
});

it('one that has expired, or is none, is made anew', async () => {
  const folder = folderOf();
  const old = certificateFor('127.0.0.1', Date.now() - 400 * 86_400_000);
  writeFileSync(join(folder, 'domain_srv.crt'), old.cert);
  writeFileSync(join(folder, 'domain_srv.key'), old.key);
  const rest = await running({ server: { SSL: true }, folder });
  expect(await post(rest.port, readFileSync(join(folder, 'domain_srv.crt')))).toBe(200);
});

it('a certificate that is given is shown', async () => {
  const folder = folderOf();
  const pair = certificateFor('127.0.0.1', Date.now());
  writeFileSync(join(folder, 'c.pem'), pair.cert);
  writeFileSync(join(folder, 'k.pem'), pair.key);
  const rest = await running({ server: { SSL: true, security: { cert: 'c.pem', key: 'k.pem' } }, folder });
  expect(await post(rest.port, pair.cert)).toBe(200);
  await expect(post(rest.port, certificateFor('127.0.0.1', Date.now()).cert)).rejects.toThrow();
});

it.each([
  ['cannot be read', 'absent.pem', 'ours.pem'],
  ['does not belong to its key', 'ours.pem', 'other.pem'],
])('one that %s disables the connector, with the reason', (_why, cert, key) => {
  const folder = folderOf();
  writeFileSync(join(folder, 'ours.pem'), certificateFor('127.0.0.1', Date.now()).cert);
  writeFileSync(join(folder, 'other.pem'), certificateFor('127.0.0.1', Date.now()).key);
  const config = configOf({
    server: { host: '127.0.0.1', port: 0, SSL: true, security: { cert, key } },
    mapping: [{ endpoint: '/data', HTTPMethods: ['POST'], converter }],
  });
  const facts: Fact[] = [];
  const note = (): void => undefined;
  const log = { debug: note, info: note, warn: note, error: note };
  const source = intake(config, { name: 'rest', folder, log, fact: (fact) => facts.push(fact) });
  undone(source(NEVER).subscribe(), (open) => open.unsubscribe());
  expect(facts).toContainEqual(expect.objectContaining({ phase: 'disabled', code: 'CONFIG_INVALID' }));
});

it('a connection that does not finish its handshake in the time for a head is closed', async () => {
  const rest = await running({ server: { SSL: true, headersTimeout: 0.2 }, folder: folderOf() });
  const socket = connect(rest.port, '127.0.0.1');
  await new Promise((done) => socket.on('close', done).resume());
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NEVER } from 'rxjs';
import type { Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fact } from '../../../src/model/fact.js';
import { thingsboard } from '../../../src/sinks/thingsboard/thingsboard.js';
import { startPlatform } from '../../peers/platform.js';
import { peer } from '../../peers/require-peer.js';
import { haveOpenssl, selfSigned } from '../../peers/self-signed.js';
import { until } from '../../until.js';
import { configOf, contextOf } from './rig.js';

/** The handshake record of TLS; an MQTT CONNECT in plain text starts with 0x10. */
const HANDSHAKE = 0x16;

peer('openssl', haveOpenssl())('certificate files that change between two connections', () => {
  let folder = '';
  let running: Subscription | undefined;
  let error: unknown;
  let facts: Fact[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'certificates-'));
    facts = [];
    error = undefined;
  });
  afterEach(() => {
    running?.unsubscribe();
    rmSync(folder, { recursive: true });
    expect(error).toBeUndefined();
  });
  const file = (name: string, content: string): void => writeFileSync(join(folder, name), content);
  const connect = (port: number, security: Record<string, unknown>): void => {
    const config = configOf({ host: 'localhost', port, security });
    running = thingsboard(config, contextOf(facts, folder), { backoff: () => 20 })(NEVER).subscribe({
      error: (thrown: unknown) => (error = thrown),
    });
  };
  const said = (phase: string): string[] =>
    facts.flatMap((fact) => (fact.kind === 'state' && fact.phase === phase ? [fact.why ?? ''] : []));
  const connected = (): number => said('connected').length;

  const own = selfSigned();
  const other = selfSigned();
  const ca = { type: 'tlsAccessToken', accessToken: 'TOKEN', caCert: 'ca.pem' };
  const x509 = { type: 'x509Certificate', caCert: 'ca.pem', cert: 'cert.pem', privateKey: 'key.pem' };

  describe.each([
    ['the authority is gone', ca, 'ca.pem', undefined, 'cannot read ca.pem'],
    ['the authority is another one', ca, 'ca.pem', other.cert, 'self-signed certificate'],
    ['the authority is half written', ca, 'ca.pem', own.cert.slice(0, 90), 'self-signed certificate'],
    ['the certificate is gone', x509, 'cert.pem', undefined, 'cannot read cert.pem'],
    ['the certificate is half written', x509, 'cert.pem', own.cert.slice(0, 90), 'cannot use cert and privateKey'],
    ['the key is gone', x509, 'key.pem', undefined, 'cannot read key.pem'],
    ['the key is of another certificate', x509, 'key.pem', other.key, 'cannot use cert and privateKey'],
  ])('%s', (_, security, name, content, why) => {
    test('is said, tried again with backoff, and well as soon as the file is', async () => {
      const platform = await startPlatform({ tls: own, accept: security === ca ? { accessToken: 'TOKEN' } : {} });
      file('ca.pem', own.cert);
      file('cert.pem', own.cert);
      file('key.pem', own.key);
      connect(platform.port, security);
      await until(() => connected() === 1);
      if (content === undefined) rmSync(join(folder, name));
      else file(name, content);
      platform.kick(152);
      await until(() => said('reconnecting').filter((line) => line.includes(why)).length >= 3);
      expect(connected()).toBe(1);
      file(name, name === 'key.pem' ? own.key : own.cert);
      await until(() => connected() === 2);
      running?.unsubscribe();
      await platform.close();
    });
  });

  test('a peer that ends the handshake is never spoken to in plain text, whatever becomes of the file', async () => {
    const first: number[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (bytes) => {
        first.push(bytes[0] ?? 0);
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    file('ca.pem', own.cert);
    connect((server.address() as AddressInfo).port, ca);
    await until(() => first.length >= 3);
    rmSync(join(folder, 'ca.pem'));
    await until(() => said('reconnecting').some((line) => line.includes('cannot read ca.pem')));
    const before = first.length;
    file('ca.pem', '');
    await until(() => first.length >= before + 3);
    expect(new Set(first)).toEqual(new Set([HANDSHAKE]));
    running?.unsubscribe();
    await new Promise((resolve) => server.close(resolve));
  });
});

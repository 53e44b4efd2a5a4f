import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConnectionError } from '../../../src/model/errors.js';
import type { Security } from '../../../src/sources/mqtt/connect-options.js';
import { haveMosquitto, startMosquitto, type Mosquitto } from '../../peers/mosquitto.js';
import { peer } from '../../peers/require-peer.js';
import { listen, until } from './listen.js';

const haveOpenssl = spawnSync('openssl', ['version']).status === 0;

peer('mosquitto or openssl', haveMosquitto() && haveOpenssl)('over TLS', () => {
  const dir = mkdtempSync(join(tmpdir(), 'certificates-'));
  const at = (name: string): string => join(dir, name);
  let broker: Mosquitto;

  /** Keys of an authority and, signed by it, of a broker named `localhost` and a client. */
  beforeAll(async () => {
    const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=authority', '-days', '2');
    for (const name of ['localhost', 'client']) {
      openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
      const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
      openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.crt`);
    }
    const lines = [
      `cafile ${at('ca.crt')}`,
      `certfile ${at('localhost.crt')}`,
      `keyfile ${at('localhost.key')}`,
      'require_certificate true',
    ];
    broker = await startMosquitto({ lines });
  });
  afterAll(async () => {
    await broker.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const client = { type: 'certificates', pathToPrivateKey: 'client.key', pathToClientCert: 'client.crt' } as const;
  const outcome = async (security: Security, host: string): Promise<string> => {
    const options = { security, host };
    const listener = listen({ port: broker.port, version: 5, options, read: (path) => readFileSync(at(path)) });
    await until('it is connected or errors', () => listener.connected > 0 || listener.error !== undefined);
    if (listener.error === undefined) return 'connected';
    expect(listener.error).toBeInstanceOf(ConnectionError);
    return (listener.error as Error).message;
  };

  it('connects with a certificate to a broker whose authority is given', async () =>
    expect(await outcome({ ...client, pathToCACert: 'ca.crt' }, 'localhost')).toBe('connected'));

  it('does not connect to a broker whose authority is unknown, unless insecure', async () => {
    expect(await outcome(client, 'localhost')).toMatch(/certificate/i);
    expect(await outcome({ ...client, insecure: true }, 'localhost')).toBe('connected');
  });

  it('does not connect to a broker of another name, unless insecure', async () => {
    expect(await outcome({ ...client, pathToCACert: 'ca.crt' }, '127.0.0.1')).toMatch(/altnames|does not match/i);
    expect(await outcome({ ...client, pathToCACert: 'ca.crt', insecure: true }, '127.0.0.1')).toBe('connected');
  });

  it('verifies the authority even when insecure, where one is given', async () =>
    expect(await outcome({ ...client, pathToCACert: 'client.crt', insecure: true }, '127.0.0.1')).toMatch(
      /certificate/i,
    ));

  it('errors when the broker wants a certificate and there is none', async () =>
    expect(await outcome({ type: 'certificates', pathToCACert: 'ca.crt' }, 'localhost')).not.toBe('connected'));
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NEVER } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Fact } from '../../../src/model/fact.js';
import { thingsboard } from '../../../src/sinks/thingsboard/thingsboard.js';
import { authority } from '../../peers/authority.js';
import { startPlatform } from '../../peers/platform.js';
import type { Platform } from '../../peers/platform.js';
import { peer } from '../../peers/require-peer.js';
import { haveOpenssl } from '../../peers/self-signed.js';
import { until } from '../../until.js';
import { configOf, contextOf } from './rig.js';

peer('openssl', haveOpenssl())('the platform over TLS', () => {
  let ours: ReturnType<typeof authority>;
  let rogue: ReturnType<typeof authority>;
  const platforms = new Map<string, Platform>();
  const at = (name: string): Platform => platforms.get(name)!;
  let folder = '';
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'platform-tls-'));
    ours = authority();
    rogue = authority('rogue');
    ours.issue({ file: 'platform' });
    ours.issue({ file: 'expired', days: -1 });
    ours.issue({ file: 'elsewhere', name: 'elsewhere.example' });
    for (const name of ['platform', 'expired', 'elsewhere']) {
      const tls = { cert: readFileSync(ours.at(`${name}.crt`)), key: readFileSync(ours.at(`${name}.key`)) };
      const provisioning = { key: 'the-key', secret: 'the-secret' };
      platforms.set(name, await startPlatform({ tls, accept: { accessToken: 'HIDDEN' }, provisioning }));
    }
    platforms.set('plain', await startPlatform({ accept: { accessToken: 'HIDDEN' } }));
  });
  afterEach(() => closing.splice(0).forEach((close) => close()));
  afterAll(async () => {
    for (const platform of platforms.values()) await platform.close();
    ours.close();
    rogue.close();
    rmSync(folder, { recursive: true });
  });

  /** `connected`, or why it was not, three tries long. */
  const outcome = async (port: number, more: Readonly<Record<string, unknown>>): Promise<string> => {
    const facts: Fact[] = [];
    const reasons = (): readonly string[] =>
      facts.flatMap((fact) => (fact.kind === 'state' && fact.retryInMs !== undefined ? [fact.why ?? ''] : []));
    const connected = (): boolean => facts.some((fact) => fact.kind === 'state' && fact.phase === 'connected');
    const config = configOf({ host: 'localhost', port, ...more });
    const running = thingsboard(config, contextOf(facts, folder), { backoff: () => 5 })(NEVER).subscribe();
    closing.push(() => running.unsubscribe());
    await until(() => connected() || reasons().length >= 3);
    running.unsubscribe();
    if (connected()) return 'connected';
    expect(new Set(reasons()).size).toBe(1);
    return reasons()[0]!;
  };
  const token = (caCert?: string) => ({
    security: { type: 'tlsAccessToken', accessToken: 'HIDDEN', ...(caCert === undefined ? {} : { caCert }) },
  });
  /** Asks for credentials first: that connection shows the secret of the device profile. */
  const asking = (caCert?: string) => ({
    security: null,
    tls: true,
    provisioning: {
      provisionDeviceKey: 'the-key',
      provisionDeviceSecret: 'the-secret',
      ...(caCert === undefined ? {} : { caCert }),
    },
  });

  describe.each([
    ['with an access token', token],
    ['when it asks for credentials', asking],
  ])('%s', (_, section) => {
    const trusted = () => section(ours.at('ca.crt'));

    test('is refused if its authority is not known: none is given', async () => {
      expect(await outcome(at('platform').port, section())).toMatch(/certificate/);
    });
    test('is refused if its authority is another one than the one that is given, and `insecure` changes nothing', async () => {
      expect(await outcome(at('platform').port, section(rogue.at('ca.crt')))).toMatch(/certificate/);
      expect(await outcome(at('platform').port, { ...section(rogue.at('ca.crt')), insecure: true })).toMatch(
        /certificate/,
      );
      expect(await outcome(at('platform').port, { ...section(), insecure: true })).toMatch(/certificate/);
    });
    test('is refused if its certificate has expired, and `insecure` changes nothing', async () => {
      expect(await outcome(at('expired').port, trusted())).toMatch(/certificate has expired/);
      expect(await outcome(at('expired').port, { ...trusted(), insecure: true })).toMatch(/certificate has expired/);
    });
    test('is refused if its certificate is of another host', async () => {
      expect(await outcome(at('elsewhere').port, trusted())).toMatch(/does not match certificate's altnames/);
    });
    test('is refused if it speaks no TLS, and hears nothing in the clear', async () => {
      const heard: Buffer[] = [];
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', (bytes) => {
          heard.push(bytes);
          // What a plain MQTT server says to something that is no CONNECT: nothing.
          socket.destroy();
        });
      });
      await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
      expect(await outcome((server.address() as AddressInfo).port, trusted())).not.toBe('connected');
      server.close();
      expect(heard.length).toBeGreaterThanOrEqual(3);
      for (const bytes of heard) {
        expect([...bytes.subarray(0, 2)]).toEqual([0x16, 0x03]);
        expect(bytes.toString('latin1')).not.toMatch(/HIDDEN|the-key|the-secret/);
      }
      expect(await outcome(at('plain').port, trusted())).not.toBe('connected');
      expect(at('plain').connects).toEqual([]);
    });
  });

  test('is taken where all is right, and under another name only with `insecure`', async () => {
    expect(await outcome(at('platform').port, token(ours.at('ca.crt')))).toBe('connected');
    expect(await outcome(at('elsewhere').port, { ...token(ours.at('ca.crt')), insecure: true })).toBe('connected');
  });
  test('no session was opened where TLS failed', () => {
    for (const name of ['expired', 'plain']) expect(at(name).connects).toEqual([]);
    expect(at('platform').connects).toHaveLength(1);
  });
});

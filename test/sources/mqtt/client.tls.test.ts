import { readFileSync, renameSync } from 'node:fs';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConnectionError } from '../../../src/model/errors.js';
import type { Security } from '../../../src/sources/mqtt/connection/connect-options.js';
import { authority } from '../../peers/authority.js';
import { haveMosquitto, startMosquitto, type Mosquitto } from '../../peers/mosquitto.js';
import { peer } from '../../peers/require-peer.js';
import { haveOpenssl } from '../../peers/self-signed.js';
import { listen, tapOf, undone, until } from './listen.js';
import { running } from './running.js';

const versions = [3, 4, 5] as const;

peer('mosquitto or openssl', haveMosquitto() && haveOpenssl())('over TLS', () => {
  let ours: ReturnType<typeof authority>;
  let rogue: ReturnType<typeof authority>;
  let good: Mosquitto;
  let mutual: Mosquitto;
  let expired: Mosquitto;
  let elsewhere: Mosquitto;
  let plain: Mosquitto;

  const tls = (certificate: string, wantsOne = false): Promise<Mosquitto> =>
    startMosquitto({
      lines: [
        `cafile ${ours.at('ca.crt')}`,
        `certfile ${ours.at(`${certificate}.crt`)}`,
        `keyfile ${ours.at(`${certificate}.key`)}`,
        `require_certificate ${wantsOne}`,
      ],
    });

  beforeAll(async () => {
    ours = authority();
    rogue = authority('rogue');
    ours.issue({ file: 'broker' });
    ours.issue({ file: 'client', name: 'client' });
    ours.issue({ file: 'expired', days: -1 });
    ours.issue({ file: 'elsewhere', name: 'elsewhere.example' });
    rogue.issue({ file: 'client', name: 'client' });
    [good, mutual, expired, elsewhere, plain] = await Promise.all([
      tls('broker'),
      tls('broker', true),
      tls('expired'),
      tls('elsewhere'),
      startMosquitto(),
    ]);
  });
  afterAll(async () => {
    await Promise.all([good, mutual, expired, elsewhere, plain].map((broker) => broker.close()));
    ours.close();
    rogue.close();
  });

  const trusting = (): Security => ({ type: 'certificates', pathToCACert: ours.at('ca.crt') });
  const withClient = (by = ours): Security => ({
    type: 'certificates',
    pathToPrivateKey: by.at('client.key'),
    pathToClientCert: by.at('client.crt'),
  });

  /** `connected`, or the error with its code. */
  const outcome = async (broker: Mosquitto, security: Security, version: 3 | 4 | 5 = 5, host = 'localhost') => {
    const options = { security, host };
    const listener = listen({ port: broker.port, version, options, read: (path) => readFileSync(path) });
    await until('it is connected or errors', () => listener.connected > 0 || listener.error !== undefined);
    listener.destroy();
    if (listener.error === undefined) return 'connected';
    expect(listener.error).toBeInstanceOf(ConnectionError);
    const { code, message } = listener.error as ConnectionError;
    return `${code} ${message}`;
  };

  it.each(versions)('takes data from a broker whose authority is given, version %i', async (version) => {
    const gateway = running({ broker: { port: good.port, version, security: trusting() } });
    await gateway.connected();
    const device = undone(
      await connectAsync(`mqtts://localhost:${good.port}`, { ca: readFileSync(ours.at('ca.crt')), reconnectPeriod: 0 }),
      (client) => client.endAsync(true),
    );
    await device.publishAsync('sensors/d', '{"v": "secret"}', { qos: 1 });
    await until('it arrives', () => gateway.values().includes('secret'));
  });

  it.each(versions)('shows its certificate to a broker that wants one, version %i', async (version) => {
    expect(await outcome(mutual, { ...withClient(), ...trusting() }, version)).toBe('connected');
  });

  it('names a broker that wants a certificate it has not, or one of another authority', async () => {
    expect(await outcome(mutual, trusting())).toMatch(/^CREDENTIALS_REFUSED .*the broker refused the client's cert/);
    expect(await outcome(mutual, { ...withClient(rogue), ...trusting() })).toMatch(
      /^CREDENTIALS_REFUSED .*the broker refused the client's cert/,
    );
  });

  it('does not connect to a broker of an unknown authority, unless insecure', async () => {
    const anyone = { type: 'certificates' } as const;
    expect(await outcome(good, { ...anyone, pathToCACert: rogue.at('ca.crt') })).toMatch(/certificate/);
    expect(await outcome(good, anyone)).toMatch(/certificate/);
    expect(await outcome(good, { ...anyone, insecure: true })).toBe('connected');
  });

  it('verifies the authority even when insecure, where one is given', async () =>
    expect(await outcome(good, { type: 'certificates', pathToCACert: rogue.at('ca.crt'), insecure: true })).toMatch(
      /certificate/,
    ));

  it('does not connect to a broker whose certificate has expired', async () =>
    expect(await outcome(expired, trusting())).toMatch(/certificate has expired/));

  it('does not connect to a broker of another name, unless insecure', async () => {
    expect(await outcome(elsewhere, trusting())).toMatch(/does not match certificate's altnames/);
    expect(await outcome(elsewhere, { ...trusting(), insecure: true })).toBe('connected');
  });

  it('speaks TLS wherever a certificate is named, and sends nothing in the clear to a broker without it', async () => {
    const login = { username: 'u', password: 'hidden' };
    for (const security of [
      trusting(),
      { type: 'certificates', ...login },
      { type: 'basic', ...login, caCert: ours.at('ca.crt') },
      { ...withClient(), type: 'basic', ...login },
      { type: 'certificates', ...login, insecure: true },
    ] as const) {
      const tap = await tapOf(plain.port);
      expect(await outcome({ ...plain, port: tap.port }, security)).toMatch(/^BROKER_UNREACHABLE /);
      expect(tap.connections()).toBe(1);
      const sent = Buffer.concat(tap.sent);
      // A TLS handshake, version 3.x, and no CONNECT.
      expect([...sent.subarray(0, 2)]).toEqual([0x16, 0x03]);
      expect(sent.includes('hidden')).toBe(false);
    }
  });

  it('names what may be wrong when it speaks in the clear to a broker that wants TLS', async () =>
    expect(await outcome(good, { type: 'anonymous' })).toMatch(/^BROKER_UNREACHABLE .*TLS/));

  it('comes back when a certificate that could not be read at a reconnect can be read again', async () => {
    const own = authority();
    undone(own, ({ close }) => close());
    own.issue({ file: 'broker' });
    const broker = undone(
      await startMosquitto({ lines: [`certfile ${own.at('broker.crt')}`, `keyfile ${own.at('broker.key')}`] }),
      (running) => running.close(),
    );
    const security = { type: 'certificates', pathToCACert: 'ca.crt' };
    const gateway = running({ broker: { port: broker.port, version: 5, security }, folder: own.dir });
    await gateway.connected();
    renameSync(own.at('ca.crt'), own.at('away.crt'));
    await broker.stop('SIGKILL');
    await broker.start();
    await until('it says what is missing', () => gateway.whys().some((why) => why.includes('cannot read ca.crt')));
    renameSync(own.at('away.crt'), own.at('ca.crt'));
    await gateway.connected(2);
    expect(gateway.phases()).not.toContain('disabled');
  });

  it('is disabled by a certificate that cannot be read at the start', async () => {
    const security = { type: 'certificates', pathToCACert: 'nowhere.crt' };
    const gateway = running({ broker: { port: good.port, security }, folder: ours.dir });
    await until('it completes', () => gateway.completed);
    expect(gateway.phases()).toEqual(['connecting', 'disabled']);
    expect(gateway.facts).toContainEqual(
      expect.objectContaining({ kind: 'alert', code: 'CONFIG_INVALID', text: expect.stringContaining('nowhere.crt') }),
    );
  });
});

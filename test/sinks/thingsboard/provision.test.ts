import { X509Certificate, createPrivateKey } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NEVER, Subject, of } from 'rxjs';
import type { Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../../../src/log.js';
import { logFact } from '../../../src/log/log-fact.js';
import type { Context } from '../../../src/model/component.js';
import type { Envelope } from '../../../src/model/envelope.js';
import type { Fact } from '../../../src/model/fact.js';
import type { Message } from '../../../src/model/message.js';
import { provision } from '../../../src/sinks/thingsboard/provision.js';
import { thingsboard } from '../../../src/sinks/thingsboard/thingsboard.js';
import { startPlatform } from '../../peers/platform.js';
import type { Json, PlatformOptions } from '../../peers/platform/contract.js';
import { peer } from '../../peers/require-peer.js';
import { haveOpenssl, selfSigned } from '../../peers/self-signed.js';
import { until } from '../../until.js';
import { configOf, contextOf, data, tracked } from './rig.js';
import type { Tally } from './rig.js';

const keys = { provisionDeviceKey: 'the-key', provisionDeviceSecret: 'the-secret' };
const profile = { key: 'the-key', secret: 'the-secret' };

let folder = '';
let running: Subscription | undefined;
let platform: Awaited<ReturnType<typeof startPlatform>> | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'provision-'));
});
afterEach(async () => {
  running?.unsubscribe();
  await platform?.close();
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

const withKeys = (section: object, more: object = {}) =>
  configOf({ host: 'localhost', security: null, provisioning: { ...keys, ...section }, ...more });

/** The sink, with a log of everything at debug. */
const start = async (
  options: PlatformOptions,
  section: object = {},
  more: object = {},
  folders: readonly string[] = [],
) => {
  platform = await startPlatform(options);
  const lines: string[] = [];
  const facts: Fact[] = [];
  const root = createLog({ level: 'debug', write: (line) => lines.push(line) });
  const say = logFact(root);
  const context: Context = {
    name: 'thingsboard',
    folder,
    log: root.child('thingsboard'),
    fact: (fact) => {
      facts.push(fact);
      say(fact);
    },
  };
  const tally: Tally = { acked: [], nacked: [] };
  const messages = new Subject<Envelope<Message>>();
  const state: { error?: unknown } = {};
  const config = withKeys(section, { port: platform.port, ...more });
  running = thingsboard(config, context, { backoff: () => 20, folders })(messages).subscribe({
    error: (error: unknown) => (state.error = error),
  });
  const wrap = tracked(tally);
  return { platform, lines, facts, tally, state, send: (message: Message) => messages.next(wrap(message)) };
};
const connected = (facts: readonly Fact[]) => facts.some((fact) => fact.kind === 'state' && fact.phase === 'connected');
const stored = (at = folder) => JSON.parse(readFileSync(join(at, '.credentials'), 'utf8')) as Record<string, unknown>;

describe('a gateway without credentials asks the platform for some, stores them, and uses them', () => {
  test.each<[string, object, Record<string, unknown>]>([
    ['a token that the platform makes', {}, { credentialsType: 'ACCESS_TOKEN' }],
    [
      'a token of its own',
      { access_token: 'my-own-token' },
      { credentialsType: 'ACCESS_TOKEN', token: 'my-own-token' },
    ],
    [
      'a user and a password',
      { type: 'MQTT_BASIC', client_id: 'c-1', username: 'u-1', password: 'p-secret-1' },
      { credentialsType: 'MQTT_BASIC', clientId: 'c-1', username: 'u-1', password: 'p-secret-1' },
    ],
    ['a user and a password made up', { type: 'mqtt_basic' }, { credentialsType: 'MQTT_BASIC' }],
  ])('%s', async (_, section, request) => {
    const asked: Json[] = [];
    const made = await start({ provisioning: { ...profile, asked } }, { deviceName: 'Gate 1', ...section });
    made.send(data('A', 1));
    await until(() => made.tally.acked.length === 1);
    expect(asked).toEqual([
      expect.objectContaining({
        ...keys,
        deviceName: 'Gate 1',
        gateway: true,
        ...request,
      }),
    ]);
    expect(stored()).toMatchObject({ status: 'SUCCESS', credentialsType: request.credentialsType });
    expect(statSync(join(folder, '.credentials')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['.credentials']);
    expect(made.platform.violations).toEqual([]);
    const given = JSON.stringify(stored().credentialsValue).match(/[\w-]{8,}/g) ?? [];
    const secrets = [
      'the-key',
      'the-secret',
      'p-secret-1',
      'issued-token',
      ...given.filter((it) => it !== 'userName' && it !== 'clientId' && it !== 'password' && it !== 'username'),
    ];
    for (const secret of secrets) expect(made.lines.join('\n')).not.toContain(secret);
    expect(made.lines.join('\n')).toContain('the platform gave this gateway its credentials');
  });

  test('the next start asks nobody', async () => {
    writeFileSync(
      join(folder, '.credentials'),
      '{"credentialsValue": "TOKEN", "credentialsType": "ACCESS_TOKEN", "status": "SUCCESS"}',
    );
    const asked: Json[] = [];
    const made = await start({ provisioning: { ...profile, asked } });
    await until(() => connected(made.facts));
    expect(asked).toEqual([]);
    expect(made.platform.connections()).toBe(1);
  });

  test('a security section beats the stored ones', async () => {
    writeFileSync(join(folder, '.credentials'), '{"credentialsValue": "OTHER", "credentialsType": "ACCESS_TOKEN"}');
    const made = await start({}, {}, { security: { accessToken: 'TOKEN' } });
    await until(() => connected(made.facts));
  });
});

test('what the platform answered is on disk before it is used', () => {
  const seen: unknown[] = [];
  const answer = '{"status":"SUCCESS","credentialsType":"ACCESS_TOKEN","credentialsValue":"T"}';
  provision(withKeys({}), contextOf([], folder), { ask: () => of(answer) })().subscribe((security) => {
    seen.push(security, stored());
  });
  expect(seen).toEqual([{ type: 'accessToken', accessToken: 'T' }, JSON.parse(answer)]);
});

test('an answer that cannot be stored is not used, not lost, and stored at the next try', () => {
  let asked = 0;
  const data = join(folder, 'data');
  mkdirSync(data);
  const credentials = provision(withKeys({}), contextOf([], folder), {
    folders: [data],
    ask: () => {
      asked += 1;
      // Between the look at the folder and the answer somebody takes it away.
      rmSync(data, { recursive: true });
      return of('{"status":"SUCCESS","credentialsType":"ACCESS_TOKEN","credentialsValue":"T"}');
    },
  });
  const outcomes: unknown[] = [];
  const attempt = () =>
    credentials().subscribe({
      next: (it) => outcomes.push(it),
      error: (error: unknown) => outcomes.push(error instanceof Error ? error.name : error),
    });
  attempt();
  attempt();
  mkdirSync(data);
  attempt();
  expect(outcomes).toEqual(['ConnectionError', 'ConnectionError', { type: 'accessToken', accessToken: 'T' }]);
  expect(asked).toBe(1);
  expect(stored(data)).toMatchObject({ credentialsValue: 'T' });
});

test('where nothing can be stored the platform is not asked', () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  let asked = false;
  let error: unknown;
  const ask = () => {
    asked = true;
    return NEVER;
  };
  provision(withKeys({}), contextOf([], folder), { folders: [file], ask })().subscribe({
    error: (thrown: unknown) => (error = thrown),
  });
  expect(error).toMatchObject({ name: 'FatalError', code: 'CONFIG_INVALID' });
  expect(asked).toBe(false);
});

test('a folder that cannot be written to is passed over, and the next one is read at the next start', async () => {
  const data = join(folder, 'data');
  // Nobody can make a folder below a file, not even root.
  const readOnly = join(folder, 'file');
  writeFileSync(readOnly, '');
  const ask = () => of('{"status":"SUCCESS","credentialsType":"ACCESS_TOKEN","credentialsValue":"T"}');
  const folders = [join(readOnly, 'x'), data];
  const seen: unknown[] = [];
  provision(withKeys({}), contextOf([], folder), { folders, ask })().subscribe((it) => seen.push(it));
  provision(withKeys({}), contextOf([], folder), { folders, ask: () => NEVER })().subscribe((it) => seen.push(it));
  expect(seen).toEqual(Array(2).fill({ type: 'accessToken', accessToken: 'T' }));
});

describe('a refusal', () => {
  test('of the keys ends the sink, with a text that says so, even after failures that pass', async () => {
    const made = await start({ provisioning: { ...profile, secret: 'another' } });
    await made.platform.goAway();
    await until(() => made.facts.some((fact) => fact.kind === 'state' && fact.code === 'BROKER_UNREACHABLE'));
    expect(made.state.error).toBeUndefined();
    await made.platform.comeBack();
    await until(() => made.state.error !== undefined);
    expect(made.state.error).toMatchObject({ name: 'FatalError', code: 'PROVISIONING_REFUSED' });
    expect(String(made.state.error)).toContain('provisionDeviceKey and provisionDeviceSecret');
    expect(existsSync(join(folder, '.credentials'))).toBe(false);
  });

  test('of the name is tried again, and an alert', async () => {
    const asked: Json[] = [];
    const made = await start({ provisioning: { ...profile, taken: ['Gate 1'], asked } }, { deviceName: 'Gate 1' });
    await until(() => asked.length >= 2);
    const alerts = made.facts.flatMap((fact) => (fact.kind === 'alert' ? [fact] : []));
    expect(alerts).toMatchObject([
      { code: 'PROVISIONING_REFUSED', text: expect.stringContaining('"Gate 1"') as string },
    ]);
    expect(made.state.error).toBeUndefined();
  });

  test('of the connection is tried again until there is a platform, and what devices send waits', async () => {
    const made = await start({ provisioning: profile });
    made.send(data('A', 1));
    await until(() => made.tally.acked.length === 1);
    running?.unsubscribe();
    rmSync(join(folder, '.credentials'));
    await made.platform.goAway();
    const facts: Fact[] = [];
    const config = withKeys({ deviceName: 'Gate 2' }, { port: made.platform.port });
    running = thingsboard(config, contextOf(facts, folder), { backoff: () => 20 })(NEVER).subscribe();
    await until(() => facts.some((fact) => fact.kind === 'state' && fact.code === 'BROKER_UNREACHABLE'));
    await made.platform.comeBack();
    await until(() => connected(facts));
  });
});

peer('openssl', haveOpenssl())('over TLS', () => {
  const own = selfSigned();

  test('a certificate: made here, sent as text, and shown from then on', async () => {
    writeFileSync(join(folder, 'ca.pem'), own.cert);
    const asked: Json[] = [];
    const tls = { ...own, requestCert: true, rejectUnauthorized: false };
    const section = { type: 'X509_CERTIFICATE', caCert: 'ca.pem', deviceName: 'Gate é' };
    const made = await start({ tls, provisioning: { ...profile, asked } }, section);
    await until(() => connected(made.facts));
    const cert = readFileSync(join(folder, '.credentials-cert.pem'), 'utf8');
    expect(asked).toEqual([expect.objectContaining({ credentialsType: 'X509_CERTIFICATE', hash: cert })]);
    const parsed = new X509Certificate(cert);
    const key = createPrivateKey(readFileSync(join(folder, '.credentials-key.pem')));
    expect(parsed.subject).toBe('CN=Gate é');
    expect(parsed.checkPrivateKey(key)).toBe(true);
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(new Date(parsed.validTo).getTime()).toBeGreaterThan(Date.now() + 9 * 365 * 86_400_000);
    expect(statSync(join(folder, '.credentials-key.pem')).mode & 0o777).toBe(0o600);
  });

  test('a platform that cannot prove who it is is told nothing', async () => {
    writeFileSync(join(folder, 'ca.pem'), selfSigned().cert);
    const asked: Json[] = [];
    const made = await start({ tls: own, provisioning: { ...profile, asked } }, { caCert: 'ca.pem' });
    await until(() => made.facts.filter((fact) => fact.kind === 'state' && fact.phase === 'reconnecting').length >= 2);
    expect(asked).toEqual([]);
  });
});

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { haveMosquitto } from '../peers/mosquitto.js';
import { startPlatform } from '../peers/platform.js';
import type { Platform } from '../peers/platform.js';
import { peer } from '../peers/require-peer.js';
import { haveOpenssl, selfSigned } from '../peers/self-signed.js';
import type { Daemon } from './daemon.js';
import { formsOf } from './forms-of.js';
import { staged } from './staged.js';

/** Characters that each way of writing changes. */
const secret = (name: string): string => `${name}/+~ü"&?=% \\S3CRET`;

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );

/** Where any of the secrets stands, in whatever form. */
const leaks = (secrets: readonly string[], places: ReadonlyMap<string, string>): readonly string[] =>
  [...places].flatMap(([place, text]) =>
    secrets.flatMap((each) =>
      formsOf(each).flatMap(([form, written]) => (text.includes(written) ? [`${each} as ${form} in ${place}`] : [])),
    ),
  );

const publishedOn = (log: Platform['log'], wanted: string): string =>
  log.flatMap(({ topic, payload }) => (topic === wanted ? [payload] : [])).join('\n');

/** All that a run has left: its output, what it says over IPC, what it has published, and every file below these folders. */
const placesOf = (
  daemons: readonly Daemon[],
  platforms: readonly Platform[],
  folders: readonly string[],
  except: readonly string[],
) =>
  new Map([
    ...daemons.map((daemon, i) => [`the output of run ${i}`, daemon.output()] as const),
    ...daemons.map((daemon, i) => [`the facts of run ${i}`, JSON.stringify(daemon.facts)] as const),
    ...platforms.flatMap(({ log }) =>
      [...new Set(log.map(({ topic }) => topic))].map(
        (topic) => [`what was published on ${topic}`, publishedOn(log, topic)] as const,
      ),
    ),
    ...folders
      .flatMap(filesIn)
      .filter((file) => !except.includes(file))
      .map((file) => [file, readFileSync(file, 'latin1') + readFileSync(file, 'utf8')] as const),
  ]);

/** Everything to the console and to files, at the lowest level, in the incumbent's words. */
const logs = (folder: string, level: string) =>
  JSON.stringify({
    handlers: {
      all: { filename: join(folder, 'logs', 'all.log'), level },
      console: { class: 'logging.StreamHandler', level },
    },
    loggers: {},
    root: { level, handlers: ['all', 'console'] },
  });

peer('mosquitto or openssl', haveMosquitto() && haveOpenssl())('tokens, passwords and secrets', () => {
  const stage = staged();
  const [token, password, env, file, provision] = ['token', 'password', 'env', 'file', 'provision'].map(secret) as [
    string,
    string,
    string,
    string,
    string,
  ];

  test.each([
    ['TRACE', 'text'],
    ['ERROR', 'json'],
  ])(
    'are in no log, error, statistic or file at %s as %s, whatever fails',
    async (level, format) => {
      const on = await stage({
        token,
        login: { username: 'gate', password },
        thingsboard: { statistics: { enable: true, statsSendPeriodInSeconds: 10 } },
      });
      const { folder, data, broker, platform } = on;
      const mine = join(folder, 'secrets');
      mkdirSync(mine);
      writeFileSync(join(mine, 'password'), `${file}\n`);
      writeFileSync(join(mine, 'token'), token);
      writeFileSync(join(folder, 'logs.json'), logs(folder, level));
      const { cert } = selfSigned();
      writeFileSync(join(folder, 'ca.pem'), cert);

      const main = JSON.parse(readFileSync(join(folder, 'tb_gateway.json'), 'utf8')) as {
        thingsboard: object;
        connectors: object[];
      };
      const security = (members: object) => ({ ...main, thingsboard: { ...main.thingsboard, security: members } });
      const connector = (name: string, members: object, more: object = {}) => {
        writeFileSync(
          join(folder, `${name}.json`),
          JSON.stringify({ broker: { host: '127.0.0.1', port: broker.port, security: members, ...more }, mapping: [] }),
        );
        return { name, type: 'mqtt', configuration: `${name}.json` };
      };
      const connectors = [
        ...main.connectors,
        // Wrong passwords, each from another place; TLS with a wrong authority; nobody there; a mistake beside a secret.
        connector('Env', { type: 'basic', username: 'gate', password: '${env:BROKER_PASSWORD}' }),
        connector('File', { type: 'basic', username: 'gate', password: '${file:secrets/password}' }),
        connector('Tls', { type: 'certificates', username: 'gate', password, pathToCACert: 'ca.pem' }),
        connector('Away', { type: 'basic', username: 'gate', password }, { port: 1 }),
        connector(
          'Mistaken',
          { type: 'basic', username: 'gate', password, passwort: password },
          { port: 'none', keepAlive: password },
        ),
      ];
      const configure = (members: object) =>
        writeFileSync(join(folder, 'tb_gateway.json'), JSON.stringify({ ...security(members), connectors }));
      const start = () =>
        on.start({
          args: ['--log-format', format],
          env: { BROKER_PASSWORD: env, ACCESS_TOKEN: token, DEBUG: 'mqttjs*' },
        });
      const failing = (daemon: Daemon, who: string) =>
        daemon.until(
          () => daemon.facts.some((fact) => fact.kind === 'state' && fact.who === who && fact.retryInMs !== undefined),
          20_000,
          `${who} fails`,
        );

      // The platform refuses the credentials.
      configure({ type: 'accessToken', accessToken: env });
      const refused = start();
      await refused.alert('CREDENTIALS_REFUSED');
      await refused.terminate();
      // It speaks no TLS.
      configure({ type: 'tlsAccessToken', accessToken: '${env:ACCESS_TOKEN}', caCert: 'ca.pem' });
      const plain = start();
      await failing(plain, 'thingsboard');
      await plain.kill();
      // All is well there, and the brokers fail.
      configure({ type: 'accessToken', accessToken: '${file:secrets/token}' });
      const good = start();
      await good.phase('thingsboard', 'connected');
      for (const who of ['Env', 'File', 'Tls', 'Away']) await failing(good, who);
      platform.respond(({ payload }) => (payload.includes('poison') ? { reason: 153 } : undefined));
      const devices = await on.devices({
        count: 2,
        payload: (seq) => JSON.stringify(seq === 3 ? { seq, poison: true } : { seq }),
      });
      await devices.burst(20);
      await on.arrived(18);
      // The states and alerts of those that fail, and how often.
      await platform.until(
        () =>
          publishedOn(platform.log, 'v1/devices/me/attributes').includes('Mistaken_ALERT') &&
          publishedOn(platform.log, 'v1/devices/me/telemetry').includes('Env_ERRORS_COUNT'),
        20_000,
      );
      for (const method of ['gateway_ping', 'gateway_stats', 'gateway_devices', 'mqtt_set'])
        platform.push('v1/devices/me/rpc/request/7', { method, params: {} });
      platform.kick(131);
      await broker.stop();
      await good.phase('Devices', 'disconnected');
      await good.until(() => platform.connections() >= 3);
      await broker.start();
      good.signal('SIGUSR2');
      await platform.goAway();
      await failing(good, 'thingsboard');
      expect((await good.terminate()).code).toBe(0);

      // Where anything may be: the configuration itself holds them.
      const except = filesIn(folder).filter((each) => !each.startsWith(data) && !each.startsWith(join(folder, 'logs')));
      const places = placesOf([refused, plain, good], [platform], [folder], except);
      expect([...places.keys()]).toEqual(
        expect.arrayContaining([
          join(data, 'tributary.db'),
          join(data, 'dead-letters.jsonl'),
          join(folder, 'logs', 'all.log'),
          'what was published on v1/devices/me/telemetry',
          'what was published on v1/devices/me/attributes',
        ]),
      );
      expect(leaks([token, password, env, file], places)).toEqual([]);
      // The search finds what is there.
      expect(leaks([token], new Map([['there', readFileSync(join(mine, 'token'), 'utf8')]]))).not.toEqual([]);
      expect(refused.output() + plain.output() + good.output()).not.toContain('S3CRET');
    },
    60_000,
  );

  test('are not said either where the platform gives them, nor are the keys that ask for them, whatever fails', async () => {
    const on = await stage();
    const { folder, data } = on;
    const mine = join(folder, 'secrets');
    mkdirSync(mine);
    writeFileSync(join(mine, 'secret'), provision);
    writeFileSync(join(folder, 'logs.json'), logs(folder, 'TRACE'));
    const platform = await startPlatform({ provisioning: { key: 'the-key-S3CRET', secret: provision } });
    on.beforeRemoval(platform.close);
    const configure = (keys: object) =>
      writeFileSync(
        join(folder, 'tb_gateway.json'),
        JSON.stringify({
          thingsboard: { host: '127.0.0.1', port: platform.port, provisioning: { deviceName: 'Gate', ...keys } },
          storage: { type: 'file', data_folder_path: data },
          connectors: [],
        }),
      );
    const start = () => on.start({ env: { WRONG: env, DEBUG: 'mqttjs*' } });

    configure({ provisionDeviceKey: 'the-key-S3CRET', provisionDeviceSecret: '${env:WRONG}' });
    const wrong = start();
    expect((await wrong.exit).code).toBe(2);
    configure({ provisionDeviceKey: 'the-key-S3CRET', provisionDeviceSecret: '${file:secrets/secret}' });
    await platform.goAway();
    const away = start();
    await away.until(() => away.facts.some((fact) => fact.kind === 'state' && fact.retryInMs !== undefined));
    await away.kill();
    await platform.comeBack();
    const first = start();
    await first.phase('thingsboard', 'connected');
    platform.refuse(135);
    platform.kick(131);
    await first.alert('CREDENTIALS_REFUSED');
    expect((await first.terminate()).code).toBe(0);

    const credentials = join(folder, '.credentials');
    const { credentialsValue: given } = JSON.parse(readFileSync(credentials, 'utf8')) as { credentialsValue: string };
    const except = [credentials, join(mine, 'secret'), join(folder, 'tb_gateway.json')];
    // What asks for credentials has to hold the keys.
    const asked = [...placesOf([wrong, away, first], [platform], [folder], except)].filter(
      ([place]) => place !== 'what was published on /provision/request',
    );
    expect(asked.map(([place]) => place)).toContain(join(folder, 'logs', 'all.log'));
    expect(leaks([provision, env, 'the-key-S3CRET', given], new Map(asked))).toEqual([]);
    rmSync(mine, { recursive: true });
  }, 60_000);
});

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { merge, Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { envelope } from '../../src/model/envelope.js';
import type { Envelope } from '../../src/model/envelope.js';
import type { Fact } from '../../src/model/fact.js';
import type { Message } from '../../src/model/message.js';
import { gateway } from '../../src/pipeline.js';
import { startPlatform } from '../peers/platform.js';
import { until } from '../until.js';

test('what devices send before the gateway has credentials waits on disk, and is delivered once it has some', async () => {
  const root = mkdtempSync(join(tmpdir(), 'provisioned-'));
  const folder = join(root, 'config');
  mkdirSync(folder);
  const platform = await startPlatform({ provisioning: { key: 'the-key', secret: 'the-secret' } });
  writeFileSync(
    join(folder, 'tb_gateway.json'),
    JSON.stringify({
      thingsboard: {
        host: '127.0.0.1',
        port: platform.port,
        security: { accessToken: 'left over' },
        statistics: { enable: false },
      },
      storage: { type: 'file', data_folder_path: join(root, 'data') },
    }),
  );
  await platform.goAway();
  const lines: string[] = [];
  const facts: Fact[] = [];
  const stop = new Subject<void>();
  const from = new Subject<Envelope<Message>>();
  let [acked, ended] = [false, false];
  const env = { TB_GW_PROVISIONING_DEVICE_KEY: 'the-key', TB_GW_PROVISIONING_DEVICE_SECRET: 'the-secret' };
  const { config } = readConfig(folder, env);
  gateway(config, {
    log: createLog({ level: 'debug', write: (line) => lines.push(line) }),
    folder,
    until: stop,
    through: (source) => merge(source, from),
  }).subscribe({ next: (fact) => facts.push(fact), complete: () => (ended = true) });
  try {
    await until(() => from.observed);
    from.next(
      envelope<Message>(
        {
          kind: 'data',
          device: 'A',
          connector: 'c',
          profile: 'p',
          telemetry: [{ ts: 1, values: { k: 1 } }],
          attributes: {},
        },
        () => (acked = true),
        () => undefined,
      ),
    );
    await until(() => acked && facts.some((fact) => fact.kind === 'state' && fact.code === 'BROKER_UNREACHABLE'));
    expect(existsSync(join(folder, '.credentials'))).toBe(false);
    await platform.comeBack();
    await until(() => platform.arrivals.length === 1);
    expect(existsSync(join(folder, '.credentials'))).toBe(true);
    expect(lines.join('\n')).not.toMatch(/the-key|the-secret|issued-token/);
  } finally {
    from.complete();
    stop.next();
    await until(() => ended);
    await platform.close();
    rmSync(root, { recursive: true });
  }
}, 30_000);

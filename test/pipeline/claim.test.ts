import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { merge, Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { envelope } from '../../src/model/envelope.js';
import type { Envelope } from '../../src/model/envelope.js';
import type { Message } from '../../src/model/message.js';
import { gateway } from '../../src/pipeline.js';
import { startPlatform } from '../peers/platform.js';
import { until } from '../until.js';

test('a claim goes through the storage in the order of its device, and reaches the platform once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'claim-'));
  const platform = await startPlatform();
  const thingsboard = {
    host: '127.0.0.1',
    port: platform.port,
    security: { accessToken: 'TOKEN' },
    statistics: { enable: false },
  };
  const storage = { type: 'file', data_folder_path: join(folder, 'data') };
  writeFileSync(join(folder, 'tb_gateway.json'), JSON.stringify({ thingsboard, storage }));
  await platform.goAway();
  const [stop, from] = [new Subject<void>(), new Subject<Envelope<Message>>()];
  const acked: string[] = [];
  let ended = false;
  gateway(readConfig(folder, {}).config, {
    log: createLog({ level: 'none' }),
    folder,
    until: stop,
    through: (source) => merge(source, from),
  }).subscribe({ complete: () => (ended = true) });
  const send = (message: Message): void =>
    from.next(
      envelope(
        message,
        () => acked.push(message.kind),
        () => undefined,
      ),
    );
  try {
    await until(() => from.observed);
    send({ kind: 'connected', device: 'A', profile: 'p', connector: 'c' });
    send({ kind: 'claim', device: 'A', connector: 'c', secretKey: 'a "secret"', durationMs: 60_000 });
    send({ kind: 'disconnected', device: 'A', connector: 'c' });
    await until(() => acked.length === 3);
    await platform.comeBack();
    await until(() => platform.devices.get('A')?.counts.disconnects === 1);
    expect(platform.devices.get('A')?.claims).toEqual([{ secretKey: 'a "secret"', durationMs: 60_000 }]);
    const topics = platform.log.map(({ topic }) => topic).filter((topic) => topic.startsWith('v1/gateway/'));
    expect(topics).toEqual(['v1/gateway/connect', 'v1/gateway/claim', 'v1/gateway/disconnect']);
    expect(platform.violations).toEqual([]);
  } finally {
    from.complete();
    stop.next();
    await until(() => ended);
    await platform.close();
    rmSync(folder, { recursive: true });
  }
}, 40_000);

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { logFact } from '../../src/log/log-fact.js';
import type { Fact } from '../../src/model/fact.js';
import { gateway } from '../../src/pipeline.js';
import { startPlatform } from '../peers/platform.js';
import { until } from '../until.js';

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

test('a connector that gives up is seen by the embedder, in the log, and on the platform', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'states-'));
  const platform = await startPlatform();
  const write = (name: string, content: object): void => writeFileSync(join(folder, name), JSON.stringify(content));
  write('tb_gateway.json', {
    thingsboard: { host: '127.0.0.1', port: platform.port, security: { accessToken: 'TOKEN' } },
    storage: { type: 'memory' },
    connectors: [{ name: 'Plant', type: 'mqtt', configuration: 'mqtt.json' }],
  });
  write('mqtt.json', {
    broker: { host: '127.0.0.1', port: await freePort(), security: { type: 'anonymous' } },
    mapping: [],
    maxReconnectAttempts: 0,
  });
  const [lines, facts]: [string[], Fact[]] = [[], []];
  const log = createLog({ write: (line) => lines.push(line.slice(25)) });
  const say = logFact(log);
  const stop = new Subject<void>();
  let ended = false;
  gateway(readConfig(folder, {}).config, { log, folder, until: stop }).subscribe({
    next: (fact) => {
      facts.push(fact);
      say(fact);
    },
    complete: () => (ended = true),
  });
  try {
    await until(() => platform.own.attributes.get('Plant_STATE') !== undefined);
    const phases = facts.flatMap((fact) => (fact.kind === 'state' && fact.who === 'Plant' ? [fact.phase] : []));
    expect(phases).toEqual(['initialized', 'connecting', 'disabled']);
    const attributes = Object.fromEntries(platform.own.attributes);
    expect(attributes).toMatchObject({ Plant_STATE: 'disabled', storage_ALERT: '', thingsboard_ALERT: '' });
    expect(attributes.Plant_ALERT).toMatch(/^BROKER_UNREACHABLE: gave up after 0 tries: /);
    expect(attributes.cpuCount).toBeGreaterThan(0);
    expect(lines.filter((line) => line.includes('[Plant]')).map((line) => line.replace(/: .*/, ''))).toEqual([
      'INFO  [Plant] initialized',
      'INFO  [Plant] connecting',
      'ERROR [Plant] disabled',
    ]);
  } finally {
    stop.next();
    await until(() => ended);
    await platform.close();
    rmSync(folder, { recursive: true });
  }
}, 40_000);

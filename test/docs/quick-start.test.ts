import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startAedesBroker } from '../peers/aedes-broker.js';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/quick-start.md'), 'utf8');
const jsonOf = (file: string): Record<string, object> =>
  JSON.parse(readFileSync(join(root, 'config', file), 'utf8')) as Record<string, object>;
const timeless = (line: string): string => line.replace(/"ts":\d{13}/, '"ts":0');

test('what the quick start publishes is printed as it says, with the configuration that ships', async () => {
  const [, topic = '', payload = ''] = /mosquitto_pub -t (\S+) -q 1 -m '(.+)'/.exec(page) ?? [];
  const [, promised = ''] = /```json\n(.+)\n```/.exec(page) ?? [];
  const broker = await startAedesBroker();
  const folder = mkdtempSync(join(tmpdir(), 'quick-start-'));
  const mqtt = jsonOf('mqtt.json');
  writeFileSync(join(folder, 'tb_gateway.json'), JSON.stringify(jsonOf('tb_gateway.json')));
  // The broker of the test speaks MQTT 3.1.1.
  writeFileSync(
    join(folder, 'mqtt.json'),
    JSON.stringify({ ...mqtt, broker: { ...mqtt.broker, port: broker.port, version: 4 } }),
  );
  const main = join(root, 'src', 'main.ts');
  const daemon = spawn(process.execPath, ['--import', 'tsx', main, '--config', folder, '--print'], { cwd: root });
  try {
    const said = { out: '', err: '' };
    daemon.stdout.on('data', (bytes) => (said.out += String(bytes)));
    daemon.stderr.on('data', (bytes) => (said.err += String(bytes)));
    const patience = { timeout: 20_000, interval: 20 };
    await vi.waitFor(() => expect(said.err).toContain('[MQTT Broker] connected'), patience);
    await broker.publish(topic, payload);
    await vi.waitFor(() => expect(said.out).toContain('\n'), patience);
    expect(timeless(said.out)).toBe(`${timeless(promised)}\n`);
  } finally {
    daemon.kill('SIGKILL');
    await broker.close();
    rmSync(folder, { recursive: true });
  }
}, 30_000);

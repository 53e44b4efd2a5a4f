import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { forkPlatform } from '../test/peers/fork-platform.js';
import { closing } from './closing.js';
import type { Closing } from './closing.js';
import { during } from './during.js';
import { forkModbusSlaves } from './fork-modbus-slaves.js';
import { gatewayFolder } from './gateway-folder.js';
import { proc } from './proc.js';
import { startSubject } from './start-subject.js';

/*
 * Measures the Modbus connector: `tsx bench/modbus.ts [SECONDS]`, on what was built into dist. Slaves, platform and gateway have a process each; the cores are
 * the gateway's alone, which stores everything in SQLite and delivers it.
 */
const WARM_MS = 6_000;
const seconds = Number(process.argv[2] ?? 20);

interface Scene {
  readonly name: string;
  readonly ports: number;
  readonly units: number;
  readonly registers: number;
  readonly period: number;
  /** Units that answer nothing, from the start. */
  readonly dead?: readonly number[];
  /** What must be reached: percent of the polls that were asked for, cores, registers in a second. */
  readonly least?: { readonly percent?: number; readonly registers?: number };
  readonly mostCores?: number;
}

const scenes: readonly Scene[] = [
  {
    name: '20 slaves on 20 connections × 50 registers, 200 ms',
    ports: 20,
    units: 1,
    registers: 50,
    period: 200,
    least: { percent: 100 },
    mostCores: 0.12,
  },
  {
    name: '20 slaves on one connection × 50 registers, 200 ms',
    ports: 1,
    units: 20,
    registers: 50,
    period: 200,
    least: { percent: 100 },
    mostCores: 0.12,
  },
  {
    name: 'the same, 5 of them dead: the other 15',
    ports: 1,
    units: 20,
    registers: 50,
    period: 200,
    dead: [3, 7, 11, 15, 19],
    least: { percent: 100 },
  },
  {
    name: 'one slave with 2,000 registers, as fast as it goes',
    ports: 1,
    units: 1,
    registers: 2000,
    period: 10,
    least: { registers: 40_000 },
  },
];

const slavesOf = ({ ports, units }: Scene, listening: readonly number[], { registers, period }: Scene) =>
  Array.from({ length: ports * units }, (_, i) => ({
    host: '127.0.0.1',
    port: listening[Math.floor(i / units)],
    method: 'socket',
    unitId: (i % units) + 1,
    deviceName: `Slave ${i + 1}`,
    pollPeriod: period,
    byteOrder: 'BIG',
    wordOrder: 'BIG',
    timeseries: [
      { tag: 'r${address}', type: '16uint', functionCode: 3, objectsCount: 1, address: `0-${registers - 1}` },
    ],
  }));

const run = async (scene: Scene, within: Closing): Promise<boolean> => {
  const { dead = [], period, registers, least = {}, mostCores } = scene;
  const slaves = within.add(await forkModbusSlaves(scene.ports, scene.units));
  slaves.kill(dead);
  const platform = within.add(await forkPlatform({ platform: { maxInflight: 100, maxPacketBytes: 65_536 } }));
  const folder = within.add(gatewayFolder('sqlite', { broker: 1, platform: platform.port }));
  const main = join(folder.path, 'tb_gateway.json');
  const connectors = [{ name: 'Slaves', type: 'modbus', configuration: 'modbus.json' }];
  writeFileSync(main, JSON.stringify({ ...(JSON.parse(readFileSync(main, 'utf8')) as object), connectors }));
  writeFileSync(
    join(folder.path, 'modbus.json'),
    JSON.stringify({ master: { slaves: slavesOf(scene, slaves.ports, scene) } }),
  );
  const subject = startSubject('sqlite', { broker: 1, platform: platform.port }, within, { folder });
  await Promise.race([pause(WARM_MS), subject.died]);
  const [before, cpu, began] = [await slaves.report(), proc(subject.pid).cpuSeconds(), performance.now()];
  await Promise.race([pause(seconds * 1000), subject.died]);
  const [after, cores, ms] = [await slaves.report(), proc(subject.pid).cpuSeconds() - cpu, performance.now() - began];

  const requests = Math.ceil(registers / 125);
  const alive = Object.keys(after.asked).filter((name) => !dead.includes(Number(name.split(':')[1])));
  const polls = alive.map((name) => (after.asked[name]! - (before.asked[name] ?? 0)) / requests);
  const percent = (Math.min(...polls) / (ms / period)) * 100;
  const perSecond = (after.registers - before.registers) / (ms / 1000);
  const used = cores / (ms / 1000);
  // One poll more or less is where the stretch begins and ends.
  const slack = (100 * period) / ms;
  const isMet =
    (least.percent === undefined || percent >= least.percent - slack) &&
    (least.registers === undefined || perSecond >= least.registers) &&
    (mostCores === undefined || used <= mostCores);
  console.log(
    `${isMet ? 'ok  ' : 'MISS'} ${scene.name}: ${percent.toFixed(1)} % of the asked polls (the worst slave), ${perSecond.toFixed(0)} registers/s, ${used.toFixed(3)} cores`,
  );
  return isMet;
};

const all = closing();
const met: boolean[] = [];
for (const scene of scenes) met.push(await during(all, (within) => run(scene, within)));
await all.close();
process.exit(met.every(Boolean) ? 0 : 1);

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closing } from '../bench/closing.js';
import { proc } from '../bench/proc.js';
import { startDaemon, type Daemon, type DaemonOptions } from '../test/daemon/daemon.js';
import { forkPlatform } from '../test/peers/fork-platform.js';
import { startMosquitto } from '../test/peers/mosquitto.js';
import { plainClient } from '../test/peers/plain-client.js';
import { startTap } from '../test/peers/tap.js';
import { acknowledgedLedger } from './acknowledged.js';
import { CLIENT, FILTER, IN_FLIGHT, writeConfiguration, type ConfigurationOptions } from './configuration.js';
import { startDevices, type DevicesOptions } from './devices.js';
import { startFaultProxy } from './fault-proxy.js';
import { altered, type Sabotage } from './sabotage.js';

export interface LabOptions extends ConfigurationOptions {
  readonly devices?: DevicesOptions;
}

/** Something was done to the gateway or its peers. */
export interface Fault {
  /** Ms since the scenario began. */
  readonly at: number;
  readonly what: string;
}

/** How often the memory of the gateway is looked at, in ms. Linux keeps its peak: only what came after the last look before a kill is missed. */
const LOOK = 100;
const preload = (file: string): string => `--require=${new URL(file, import.meta.url).pathname}`;

/**
 * Everything a scenario needs, made anew for it: a device broker with a tap on its wire, devices, a platform in a process of its own, a bad line on
 * either side of the gateway, and a folder with its configuration. The gateway's session exists at the broker from the beginning. `close`
 * ends and removes all of it.
 */
export const openLab = async (options: LabOptions = {}, sabotage?: Sabotage) => {
  const began = performance.now();
  const open = closing();
  const daemons: Daemon[] = [];
  const faults: Fault[] = [];
  const undoing: (() => void)[] = [];
  let peakRss = 0;

  const prepare = async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prove-'));
    open.add({
      close: () => {
        undoing.forEach((undo) => undo());
        rmSync(folder, { recursive: true, force: true });
        return Promise.resolve();
      },
    });
    const broker = open.add(
      await startMosquitto({ persistence: true, maxInflightMessages: IN_FLIGHT, lines: ['autosave_interval 0'] }),
    );
    const ledger = acknowledgedLedger();
    const tap = open.add(await startTap({ port: broker.port, keep: false, onAcknowledged: ledger.add }));
    const brokerLine = open.add(await startFaultProxy(tap.port, altered(sabotage)));
    const platform = open.add(await forkPlatform());
    const platformLine = open.add(await startFaultProxy(platform.port));
    writeConfiguration(folder, { platform: platformLine.port, broker: brokerLine.port }, options);
    const { client } = await plainClient(broker.port, {
      clientId: CLIENT,
      clean: false,
      properties: { sessionExpiryInterval: 3600 },
    });
    await client.subscribeAsync(FILTER, { qos: 1 });
    await client.endAsync();
    const devices = open.add(await startDevices(broker.port, options.devices));
    return { folder, data: join(folder, 'data'), broker, ledger, tap, brokerLine, platform, platformLine, devices };
  };
  const parts = await prepare().catch(async (error: unknown) => {
    await open.close();
    throw error;
  });

  const look = (): void => {
    const running = daemons.filter((daemon) => daemon.ended() === undefined);
    for (const { pid } of running)
      try {
        peakRss = Math.max(peakRss, proc(pid).peakRss());
      } catch {
        // It has just ended.
      }
  };
  const looking = setInterval(look, LOOK);
  open.add({
    close: () => {
      clearInterval(looking);
      return Promise.resolve();
    },
  });

  const fault = (what: string): void => void faults.push({ at: Math.round(performance.now() - began), what });
  const start = ({ env = {}, ...more }: DaemonOptions = {}): Daemon => {
    const node = [env.NODE_OPTIONS ?? '', sabotage === 'bloat' ? preload('bloat.cjs') : ''].join(' ').trim();
    const daemon = startDaemon(parts.folder, {
      ...more,
      env: { ...env, ...(node === '' ? {} : { NODE_OPTIONS: node }) },
    });
    open.add({ close: daemon.kill });
    daemons.push(daemon);
    return daemon;
  };

  return {
    ...parts,
    /** How the proof is to fail. */
    sabotage,
    faults: faults as readonly Fault[],
    daemons: daemons as readonly Daemon[],
    fault,
    start,
    /** Waits; for a fault to last, not for something to come about. */
    lasts: (ms: number): Promise<void> => sleep(ms),
    /** kill -9, with a last look at its memory. */
    kill: async (daemon: Daemon, why = 'kill -9'): Promise<void> => {
      fault(why);
      look();
      await daemon.kill();
    },
    /** Waits until the broker was told that so many more messages are safe. */
    acknowledges: (more: number, deadlineMs = 20_000): Promise<void> => {
      const wanted = parts.ledger.unique() + more;
      return parts.tap.until(() => parts.ledger.unique() >= wanted, deadlineMs, `${more} more acknowledgements`);
    },
    /** Waits until the gateway has acknowledged everything that was sent. */
    acknowledgesAll: (deadlineMs = 20_000): Promise<void> =>
      parts.tap.until(
        () => parts.ledger.unique() >= parts.devices.sent(),
        deadlineMs,
        `all ${parts.devices.sent()} messages acknowledged, not ${parts.ledger.unique()}`,
      ),
    /** MB. */
    peakRss: (): number => {
      look();
      return peakRss;
    },
    /** MB, now. */
    rss: (daemon: Daemon): number => proc(daemon.pid).rss(),
    /** Makes a gateway that is to be started have a wall clock which this file sets. */
    wallClock: (file: string): Readonly<Record<string, string>> => ({
      NODE_OPTIONS: preload('wall-clock.cjs'),
      WALL_CLOCK_FILE: file,
    }),
    /** Undone at the end, when the gateway is gone and before its folder goes. */
    beforeRemoval: (undo: () => void): void => void undoing.unshift(undo),
    close: open.close,
  };
};

export type Lab = Awaited<ReturnType<typeof openLab>>;

import { setTimeout as pause } from 'node:timers/promises';
import { startMosquitto } from '../test/peers/mosquitto.js';
import { startPlatform } from '../test/peers/platform.js';
import { ledger } from '../test/peers/platform/ledger.js';
import type { Closing } from './closing.js';
import { fillStore } from './fill-store.js';
import { gatewayFolder } from './gateway-folder.js';
import { proc } from './proc.js';
import { startSubject } from './start-subject.js';

/** How much of the backlog is delivered before it is enough. */
const DRAINED = 500_000;
/** From here on memory may not grow: before it V8's heap finds its working size. */
const SETTLED = 100_000;
const CONNECT_MS = 60_000;
const LEAST_PER_SECOND = 1000;

export interface Deep {
  /** From the spawning of the process to the platform's CONNACK, in ms. */
  readonly startMs: number;
  readonly drainPerSecond: number;
  /** RSS at the end of the drain less that after its first 100,000 messages, in MB. */
  readonly growth: number;
  /** Peak RSS since the start, in MB. */
  readonly peak: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
}

export interface Depth {
  readonly rows: number;
  /** Where the file goes. Default: the system's temporary folder. */
  readonly folder: string | undefined;
  readonly say: (what: string) => void;
}

/**
 * A gateway starts on a file with millions of messages, written a moment ago, so that it is in the system's cache. Measured are the start and
 * the delivery of the first 500,000, or nine tenths of fewer; then it is stopped, and `within` removes the file.
 */
export const deep = async (within: Closing, { rows, folder: parent, say }: Depth): Promise<Deep> => {
  const mosquitto = within.add(await startMosquitto());
  const book = ledger();
  // In this process, which has nothing else to do meanwhile.
  const platform = within.add(await startPlatform({ light: true, maxPacketBytes: 65_536, onPoints: book.add }));
  const ports = { broker: mosquitto.port, platform: platform.port };
  const folder = within.add(gatewayFolder('sqlite', ports, parent === undefined ? {} : { within: parent }));
  say(`deep backlog: writing ${rows} messages`);
  await fillStore(folder.data, folder.path, rows);

  say('deep backlog: start and drain');
  const subject = startSubject('sqlite', ports, within, { folder });
  const memory = proc(subject.pid);
  const reached = async (n: number, ms: number): Promise<void> => {
    const all = new Promise<'all'>((resolve) => book.onUnique(n, () => resolve('all')));
    if ((await Promise.race([all, pause(ms), subject.died])) !== 'all')
      throw new Error(`not within ${ms} ms: ${n} messages of the deep backlog\n${subject.output().slice(-2000)}`);
  };
  await reached(1, CONNECT_MS);
  const startMs = platform.connects.find(({ reason }) => reason === 0)!.at - subject.startedAt;
  const drained = Math.min(DRAINED, Math.floor(rows * 0.9));
  await reached(Math.min(SETTLED, Math.floor(drained / 5)), CONNECT_MS);
  const before = memory.rss();
  await reached(drained, CONNECT_MS + (drained * 1000) / LEAST_PER_SECOND);
  const { unique, duplicates, outOfOrder, firstAt, lastAt } = book.report();
  const growth = memory.rss() - before;
  const peak = memory.peakRss();
  if (platform.violations.length > 0)
    console.error(`the platform objects: ${platform.violations.slice(0, 5).join(' | ')}`);
  const drainPerSecond = ((unique - 1) * 1000) / Math.max(1, lastAt - firstAt);
  return { startMs, drainPerSecond, growth, peak, duplicated: duplicates, outOfOrder };
};

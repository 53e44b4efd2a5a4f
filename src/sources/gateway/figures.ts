import type { Json, Values } from '../../model/message.js';
import { humanSize } from './human-size.js';
import type { Reading } from './read-machine.js';
import type { ConnectorTotals, Totals } from './traffic.js';

/** The figures of the time since the last ones that were taken. */
export interface Figures {
  readonly values: Values;
  /** They are safe: the next ones start here. */
  readonly taken: () => void;
}

export interface FiguresOptions {
  readonly totals: () => Totals;
  readonly machine: () => Reading;
  /** When the first period starts, in ms since the epoch. */
  readonly start: number;
}

const percent = (part: number, whole: number): number => (whole > 0 ? Math.round((part / whole) * 1e4) / 100 : 0);
const none: ConnectorTotals = {
  pushed: 0,
  failures: 0,
  unconverted: 0,
  received: 0,
  receivedBytes: 0,
  sent: 0,
  sentBytes: 0,
};

/** Of a connector that polls: how it kept to its schedules. */
const pollsOf = (now: ConnectorTotals, before: ConnectorTotals): Readonly<Record<string, number>> => {
  const since = (key: 'polls' | 'pollsSkipped' | 'pollsLateMs'): number => (now[key] ?? 0) - (before[key] ?? 0);
  const polls = since('polls');
  const late = polls > 0 ? Math.round((since('pollsLateMs') / polls) * 100) / 100 : 0;
  return { connectorPolls: polls, connectorPollsSkipped: since('pollsSkipped'), connectorPollsLateMs: late };
};

/**
 * Makes the figures of each period (core.md §10): `machineStats`, `serviceStats` and, where a connector did anything, `connectorsStats`. `queued` is
 * how many messages wait in the storage.
 *
 * Promises: counts are differences of sums that only grow, from the last figures that were taken: what a message that got lost would have said, the
 * next one says. The machine is asked once a call.
 */
export const figures = ({ totals, machine, start }: FiguresOptions): ((now: number, queued: number) => Figures) => {
  let base: Totals = { delivered: 0, pulled: 0, telemetry: 0, attributes: 0, commands: 0, connectors: new Map() };
  let at = start;
  let cpuTime = machine().cpuTime;
  const ofConnectors = (sums: Totals): readonly (readonly [string, Json])[] =>
    [...sums.connectors].flatMap(([name, now]) => {
      const before = base.connectors.get(name) ?? none;
      const stats = {
        storageMsgPushed: now.pushed - before.pushed,
        connectorsErrors: now.failures - before.failures,
        convertersErrors: now.unconverted - before.unconverted,
        connectorMsgsReceived: now.received - before.received,
        connectorBytesReceived: now.receivedBytes - before.receivedBytes,
        connectorMsgsSent: now.sent - before.sent,
        connectorBytesSent: now.sentBytes - before.sentBytes,
        ...(now.polls === undefined ? {} : pollsOf(now, before)),
      };
      return Object.values(stats).some((n) => n !== 0) ? [[name, stats] as const] : [];
    });
  return (now, queued) => {
    const sums = totals();
    const read = machine();
    const connectors = ofConnectors(sums);
    return {
      values: {
        machineStats: {
          totalCpuUsage: percent(read.load, read.cpus),
          diskUsage: percent(read.usedDisk, read.usedDisk + read.freeDisk),
          // The incumbent gives it this name, too, and means what is used.
          freeMemory: percent(read.memory - read.freeMemory, read.memory),
          freeDisk: humanSize(read.freeDisk),
          gwProcessCpuUsage: percent(read.cpuTime - cpuTime, now - at),
          gwMemory: percent(read.process.rss, read.memory),
          gwProcessMemoryFullInfo: read.process,
          msgsSentToPlatform: sums.delivered - base.delivered,
          msgsReceivedFromPlatform: sums.commands - base.commands,
        },
        serviceStats: {
          storageMsgPulled: sums.pulled - base.pulled,
          platformMsgPushed: sums.delivered - base.delivered,
          storageMsgCount: queued,
          platformAttrProduced: sums.attributes - base.attributes,
          platformTsProduced: sums.telemetry - base.telemetry,
        },
        // A computed key is always an own one, even `__proto__`.
        ...(connectors.length === 0 ? {} : { connectorsStats: Object.fromEntries(connectors) }),
      },
      taken: () => {
        base = sums;
        at = now;
        cpuTime = read.cpuTime;
      },
    };
  };
};

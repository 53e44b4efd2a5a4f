import { setTimeout as pause } from 'node:timers/promises';
import type { LoopDelay } from './ask-probe.js';
import type { Counted } from './figures.js';
import { proc } from './proc.js';
import type { Rig } from './rig.js';

/** How far the devices may be ahead of the platform: always enough to saturate, never enough to fill the broker. */
const AHEAD = 10_000;
const STEP = 1000;
/** What the platform's last acknowledgements set off belongs to the stretch. */
const SETTLING_MS = 500;
/** Slower than this is a failure. */
const LEAST_PER_SECOND = 500;

export interface Stretch extends Counted {
  /** Messages in a second at the platform, from the first to the last. */
  readonly perSecond: number;
  /** CPU seconds of the subject, user and system, per 10,000 messages. */
  readonly cpuPer10k: number;
  readonly p50: number;
  readonly p99: number;
  readonly loop: LoopDelay;
}

export interface Pace {
  /** Messages in a second. Default: as many as pass. */
  readonly rate?: number;
  /** How many devices take turns. Default 20. */
  readonly devices?: number;
}

/** The ledger's account of a stretch in which so many different messages were due. */
export const account = async (
  { platform, subject }: Omit<Rig, 'devices'>,
  messages: number,
): Promise<Omit<Stretch, 'cpuPer10k' | 'loop'>> => {
  const { unique, duplicates, outOfOrder, firstAt, lastAt, latency, violations } = await platform.report();
  if (violations.length > 0)
    console.error(`${subject.name}: the platform objects: ${violations.slice(0, 5).join(' | ')}`);
  return {
    lost: messages - unique,
    duplicated: duplicates,
    outOfOrder,
    perSecond: ((unique - 1) * 1000) / Math.max(1, lastAt - firstAt),
    p50: latency.p50,
    p99: latency.p99,
  };
};

/**
 * Sends messages through the subject, saturating it or at a rate per second, and waits until the platform has them all or the deadline
 * (30 s, and 1 s for each 500 messages) has passed; what has not come by then counts as lost.
 */
export const stretch = async (
  rig: Rig,
  messages: number,
  { rate, devices: many = 20 }: Pace = {},
): Promise<Stretch> => {
  const { platform, devices, subject } = rig;
  const deadline = Date.now() + 30_000 + (messages * 1000) / Math.min(LEAST_PER_SECOND, rate ?? Infinity);
  const reached = (n: number) => Promise.race([platform.reached(n, Math.max(1, deadline - Date.now())), subject.died]);

  await platform.command({ do: 'reset' });
  const { cpuSeconds } = proc(subject.pid);
  const before = cpuSeconds();
  subject.probe?.begin();
  void devices.send(messages, { devices: many, ...(rate === undefined ? { ahead: AHEAD } : { rate }) });
  try {
    if (rate === undefined)
      for (let n = STEP; n < messages; n += STEP) {
        await reached(n);
        devices.arrived(n);
      }
    await reached(messages);
  } catch (error) {
    console.error(`${subject.name}: ${String(error).slice(0, 300)}\n${subject.output().slice(-2000)}`);
    await Promise.race([Promise.resolve(), subject.died]);
  }
  const loop = (await Promise.race([subject.probe?.end(), subject.died])) ?? { p99: NaN, max: NaN };
  await pause(SETTLING_MS);
  const cpuPer10k = ((cpuSeconds() - before) * 10_000) / messages;
  return { ...(await account(rig, messages)), cpuPer10k, loop };
};

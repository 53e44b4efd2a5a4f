import { setTimeout as pause } from 'node:timers/promises';
import type { Counted } from './figures.js';
import { proc } from './proc.js';
import type { Rig } from './rig.js';
import { account } from './stretch.js';

const AHEAD = 20_000;
const POLL_MS = 200;
/** Slower than this is a failure, both in and out. */
const LEAST_PER_SECOND = 1000;
/** A reconnect may wait for its backoff. */
const RECONNECT_MS = 90_000;

export interface Backlog extends Counted {
  readonly intakePerSecond: number;
  readonly drainPerSecond: number;
  /** RSS at the end of the intake less that before it, in MB. */
  readonly growth: number;
  /** Peak RSS from the beginning of the intake to the end of the drain, in MB. */
  readonly peak: number;
}

/** The platform goes away, the devices send on until the gateway has taken everything in, the platform comes back and gets it all. */
export const backlog = async (rig: Rig, messages: number): Promise<Backlog> => {
  const { platform, devices, subject } = rig;
  const memory = proc(subject.pid);
  const due = 30_000 + (messages * 1000) / LEAST_PER_SECOND;

  await platform.command({ do: 'goAway' });
  await platform.command({ do: 'reset' });
  await pause(500);
  const base = await subject.received();
  const before = memory.rss();
  memory.forgetPeak();
  const began = performance.now();
  void devices.send(messages, { ahead: AHEAD });
  let n = 0;
  while (n < messages) {
    await pause(POLL_MS);
    n = (await Promise.race([subject.received(), subject.died])) - base;
    devices.arrived(n);
    if (performance.now() - began > due) throw new Error(`${n} of ${messages} were taken in within ${due} ms`);
  }
  const intakePerSecond = (messages * 1000) / (performance.now() - began);
  const growth = memory.rss() - before;

  await platform.command({ do: 'comeBack' });
  const all = platform.reached(messages, due + RECONNECT_MS);
  await Promise.race([all, subject.died]).catch((error: unknown) =>
    console.error(`${subject.name}: ${String(error).slice(0, 300)}\n${subject.output()}`),
  );
  await pause(500);
  const { perSecond, lost, duplicated, outOfOrder } = await account(rig, messages);
  return { lost, duplicated, outOfOrder, intakePerSecond, drainPerSecond: perSecond, growth, peak: memory.peakRss() };
};

import { setTimeout as pause } from 'node:timers/promises';
import { startMosquitto } from '../test/peers/mosquitto.js';
import { startPlatform } from '../test/peers/platform.js';
import type { Closing } from './closing.js';
import type { SubjectName } from './options.js';
import { proc } from './proc.js';
import { startSubject } from './start-subject.js';

const CONNECT_MS = 20_000;
/** After it the work of the start is done: V8 collects its garbage about 8 s after a process has fallen quiet, once. */
const REST_MS = 12_000;
const IDLE_MS = 10_000;

export interface StartAndIdle {
  /** From the spawning of the process to the platform's CONNACK, in ms. */
  readonly startMs: number;
  readonly idleCpuPercent: number;
  readonly idleRss: number;
}

/** Starts the subject with nothing to do: the time until the platform has accepted it, then ten seconds of idling. */
export const startAndIdle = async (name: SubjectName, within: Closing): Promise<StartAndIdle> => {
  const mosquitto = within.add(await startMosquitto());
  const platform = within.add(await startPlatform({ light: true }));
  const subject = startSubject(name, { broker: mosquitto.port, platform: platform.port }, within);

  const accepted = async (): Promise<number> => {
    const deadline = Date.now() + CONNECT_MS;
    while (Date.now() < deadline) {
      const connect = platform.connects.find(({ reason }) => reason === 0);
      if (connect !== undefined) return connect.at;
      await pause(5);
    }
    throw new Error(`${name} did not connect to the platform:\n${subject.output()}`);
  };
  const startMs = (await Promise.race([accepted(), subject.died])) - subject.startedAt;
  await pause(REST_MS);
  const { cpuSeconds, rss } = proc(subject.pid);
  const before = cpuSeconds();
  const at = performance.now();
  await Promise.race([pause(IDLE_MS), subject.died]);
  const idleCpuPercent = ((cpuSeconds() - before) * 100_000) / (performance.now() - at);
  return { startMs, idleCpuPercent, idleRss: rss() };
};

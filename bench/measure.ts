import { backlog } from './backlog.js';
import type { Closing } from './closing.js';
import { deep } from './deep.js';
import { during } from './during.js';
import type { Counted, Round } from './figures.js';
import type { Options, Scenario, SubjectName } from './options.js';
import { proc } from './proc.js';
import { rig } from './rig.js';
import { scaling } from './scaling.js';
import { startAndIdle } from './start-and-idle.js';
import { stretch } from './stretch.js';
import { watchThreads } from './watch-threads.js';

const SLOW_MS = 50;
const RATE = 200;
const RATE_SECONDS = 5;
const UNDER_LOAD: ReadonlySet<Scenario> = new Set(['throughput', 'latency', 'slow', 'backlog']);

/**
 * Takes one subject through the scenarios, in this order: start and idle in a process of its own; then in another one, after a warm-up,
 * throughput, latency, the slow platform and, on SQLite, the backlog; on SQLite also, in processes of their own, the devices and the deep backlog.
 * `say` hears what is going on.
 */
export const measure = async (
  name: SubjectName,
  { messages, backlog: piled, scenarios, cpuProf, fleet, deep: rows, deepFolder }: Options,
  outer: Closing,
  say: (what: string) => void,
): Promise<Round> => {
  const round = new Map<string, number>();
  const wanted = (scenario: Scenario): boolean => scenarios.includes(scenario);
  const count = (scenario: string, { lost, duplicated, outOfOrder }: Counted): void => {
    for (const [key, n] of Object.entries({ lost, duplicated, outOfOrder })) {
      round.set(key, (round.get(key) ?? 0) + n);
      round.set(`${scenario}.${key}`, n);
    }
    if (lost > 0) throw new Error(`${name} lost ${lost} messages in ${scenario}: nothing after that could be measured`);
  };

  const idle = async (within: Closing): Promise<void> => {
    say('start and idle');
    const { startMs, idleCpuPercent, idleRss } = await startAndIdle(name, within);
    round.set('start', startMs).set('idleCpu', idleCpuPercent).set('idleRss', idleRss);
  };

  const load = async (within: Closing): Promise<void> => {
    say('warm-up');
    const all = await rig(name, within, { cpuProf });
    count('warm-up', await stretch(all, Math.max(2000, Math.floor(messages / 10))));
    if (wanted('throughput')) {
      say('throughput');
      const watched = watchThreads(all.subject.pid);
      const ran = await stretch(all, messages);
      if (all.subject.profile !== undefined) watched.write(`${all.subject.profile}.threads.json`, messages);
      round.set('throughput', ran.perSecond).set('cpuPer10k', ran.cpuPer10k).set('loopP99', ran.loop.p99);
      round.set('peakRss', proc(all.subject.pid).peakRss());
      count('throughput', ran);
    }
    if (wanted('latency')) {
      say('latency');
      const ran = await stretch(all, RATE * RATE_SECONDS, { rate: RATE });
      round.set('p50', ran.p50).set('p99', ran.p99);
      count('latency', ran);
    }
    if (wanted('slow')) {
      say('slow platform');
      await all.platform.command({ do: 'pubackDelay', ms: SLOW_MS });
      const ran = await stretch(all, Math.ceil(messages / 2));
      await all.platform.command({ do: 'pubackDelay', ms: 0 });
      round.set('slow', ran.perSecond);
      count('slow', ran);
    }
    if (wanted('backlog') && name === 'sqlite') {
      say('backlog');
      const ran = await backlog(all, piled);
      round.set('intake', ran.intakePerSecond).set('drain', ran.drainPerSecond);
      round.set('growth', ran.growth).set('backlogPeak', ran.peak);
      count('backlog', ran);
    }
  };

  const devices = async (): Promise<void> => {
    const ran = await scaling(outer, { messages: Math.ceil(messages / 2), fleet, cpuProf, count, say });
    for (const [key, value] of Object.entries(ran)) round.set(key, value);
  };

  const depths = async (within: Closing): Promise<void> => {
    const ran = await deep(within, { rows, folder: deepFolder, say });
    round.set('deepStart', ran.startMs).set('deepDrain', ran.drainPerSecond);
    round.set('deepGrowth', ran.growth).set('deepPeak', ran.peak);
    count('deep', { lost: 0, ...ran });
  };

  try {
    if (wanted('start')) await during(outer, idle);
    if (scenarios.some((scenario) => UNDER_LOAD.has(scenario))) await during(outer, load);
    if (wanted('devices') && name === 'sqlite') await devices();
    if (wanted('deep') && name === 'sqlite') await during(outer, depths);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    round.set('failed', 1);
  }
  return round;
};

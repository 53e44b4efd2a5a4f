import { backlog } from './backlog.js';
import { closing, type Closing } from './closing.js';
import type { Counted, Round } from './figures.js';
import type { Options, Scenario, SubjectName } from './options.js';
import { proc } from './proc.js';
import { rig } from './rig.js';
import { startAndIdle } from './start-and-idle.js';
import { stretch } from './stretch.js';

const SLOW_MS = 50;
const RATE = 200;
const RATE_SECONDS = 5;

const during = async <A>(outer: Closing, run: (within: Closing) => Promise<A>): Promise<A> => {
  const within = outer.add(closing());
  try {
    return await run(within);
  } finally {
    await within.close();
  }
};

/**
 * Takes one subject through the scenarios, in this order: start and idle in a process of its own; then in another one, after a warm-up,
 * throughput, latency, the slow platform and, on SQLite, the backlog. `say` hears what is going on.
 */
export const measure = async (
  name: SubjectName,
  { messages, backlog: piled, scenarios, cpuProf }: Options,
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
    const all = await rig(name, within, cpuProf);
    count('warm-up', await stretch(all, Math.max(2000, Math.floor(messages / 10))));
    if (wanted('throughput')) {
      say('throughput');
      const ran = await stretch(all, messages);
      round.set('throughput', ran.perSecond).set('cpuPer10k', ran.cpuPer10k);
      round.set('peakRss', proc(all.subject.pid).peakRss());
      count('throughput', ran);
    }
    if (wanted('latency')) {
      say('latency');
      const ran = await stretch(all, RATE * RATE_SECONDS, RATE);
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

  try {
    if (wanted('start')) await during(outer, idle);
    if (scenarios.some((scenario) => scenario !== 'start')) await during(outer, load);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    round.set('failed', 1);
  }
  return round;
};

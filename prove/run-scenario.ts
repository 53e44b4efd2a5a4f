import { audit, type Figures } from './audit.js';
import { dice } from './dice.js';
import { openLab, type Fault, type Lab } from './lab.js';
import type { Sabotage } from './sabotage.js';
import type { Allowed, Scenario, Size } from './scenario.js';

/** How one scenario ended. */
export interface Outcome {
  readonly scenario: string;
  /** With this seed and scenario alone the same faults are drawn again. */
  readonly seed: number;
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly why: readonly string[];
  readonly seconds: number;
  readonly faults: readonly Fault[];
  readonly figures?: Figures;
  /** The last words of each gateway, if it failed. */
  readonly output?: string;
}

/** In ms; most need a tenth of it. */
const DEADLINE = 90_000;
const SETTLE = 40_000;
const LAST_WORDS = 1_500;

const lastWords = ({ daemons }: Lab): string =>
  daemons.map((daemon, i) => `start ${i + 1}: ${daemon.output().slice(-LAST_WORDS)}`).join('\n');
const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Ends every fault, and waits until the gateway says that it has delivered all. What it says is not believed: the audit looks. */
const settle = async (lab: Lab) => {
  lab.platformLine.heal();
  lab.brokerLine.heal();
  await lab.platform.command({ do: 'clearFaults' });
  await lab.platform.command({ do: 'unhang' });
  await lab.platform.command({ do: 'comeBack' });
  await lab.devices.pause();
  const running = lab.daemons.at(-1);
  const daemon = running === undefined || running.ended() !== undefined ? lab.start() : running;
  await lab.acknowledgesAll(SETTLE);
  // Before it has said what it holds, its sums are 0 too.
  return daemon.sums(({ carried, queued }) => carried !== undefined && queued === 0, SETTLE);
};

const withinDeadline = async <A>(work: Promise<A>): Promise<A> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not over within ${DEADLINE / 1000} s`)), DEADLINE);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

/** Runs a scenario in a laboratory of its own, lets everything arrive, audits, and cleans up, whatever happens. */
export const runScenario = async (
  { name, needs, options, run }: Scenario,
  seed: number,
  { isShort = false, sabotage }: Partial<Size> & { readonly sabotage?: Sabotage | undefined } = {},
): Promise<Outcome> => {
  const about = { scenario: name, seed };
  const reason = needs?.();
  if (reason !== undefined) return { ...about, result: 'skipped', why: [reason], seconds: 0, faults: [] };
  const began = performance.now();
  const seconds = (): number => Math.round((performance.now() - began) / 100) / 10;
  const lab = await openLab(options, sabotage);
  const experiment = async (): Promise<Allowed | undefined> => {
    const allowed = await run(lab, dice(seed, name), { isShort });
    if (sabotage === 'repeat') await lab.devices.repeat(100);
    return allowed;
  };
  try {
    const { figures, failures } = await withinDeadline(
      experiment().then(async (allowed) => audit(lab, await settle(lab), allowed)),
    );
    return {
      ...about,
      result: failures.length === 0 ? 'passed' : 'failed',
      why: failures,
      seconds: seconds(),
      faults: lab.faults,
      figures,
      ...(failures.length === 0 ? {} : { output: lastWords(lab) }),
    };
  } catch (error) {
    const output = lastWords(lab);
    return { ...about, result: 'failed', why: [words(error)], seconds: seconds(), faults: lab.faults, output };
  } finally {
    await lab.close();
  }
};

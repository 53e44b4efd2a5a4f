import { setTimeout as pause } from 'node:timers/promises';
import type { Closing } from './closing.js';
import { during } from './during.js';
import type { Counted } from './figures.js';
import { proc } from './proc.js';
import { rig, type Rig } from './rig.js';
import { stretch } from './stretch.js';

const FEW = 10;
const USUAL = 20;
const MANY = 1000;
/** The most that the gateway's configuration takes. */
const PER_PUBLISH = 1000;
/** After a load, until memory is looked at. */
const REST_MS = 2000;

export interface Scaling {
  /** Messages in a second, one device in each publish. */
  readonly of10: number;
  readonly of1000: number;
  /** The same where a publish may hold many devices. */
  readonly packed10: number;
  readonly packed20: number;
  readonly packed1000: number;
  readonly packedFleet: number;
  /** What a device takes, in bytes: resident memory, and what is in use of the heap and beside it. */
  readonly rssPerDevice: number;
  readonly heapPerDevice: number;
}

interface Memory {
  readonly rss: number;
  readonly heap: number;
}

/** What is left after everything that nobody needs has been collected, in bytes. */
const memoryOf = async ({ subject }: Rig): Promise<Memory> => {
  await pause(REST_MS);
  const heap = (await Promise.race([subject.probe?.heap(), subject.died])) ?? NaN;
  // V8 gives back what it has freed on another thread.
  await pause(REST_MS);
  return { heap, rss: proc(subject.pid).rss() * 1024 * 1024 };
};

export interface Scale {
  /** Messages of each measured stretch. */
  readonly messages: number;
  /** How many devices the largest of them has. */
  readonly fleet: number;
  readonly cpuProf: string | undefined;
  readonly count: (scenario: string, counted: Counted) => void;
  readonly say: (what: string) => void;
}

/**
 * The gateway on SQLite with few devices and with many: first with one device in each publish, as it ships, then, in another process, with as many
 * as fit. Memory for each device is what it has grown by between loads of up to 1,000 and the first message of all, each time after a collection.
 */
export const scaling = async (outer: Closing, { messages, fleet, cpuProf, count, say }: Scale): Promise<Scaling> => {
  const runWith = (all: Rig) => {
    const run = async (what: string, devices: number, n: number): Promise<number> => {
      const ran = await stretch(all, n, { devices });
      count(what, ran);
      return ran.perSecond;
    };
    return {
      run,
      measured: async (what: string, devices: number): Promise<number> => {
        say(`devices: ${what}`);
        // Announced before it is measured: how many can be in a second is the platform's affair.
        await run(`${what}: first messages`, devices, Math.max(2000, devices));
        return run(what, devices, Math.max(messages, 2 * devices));
      },
    };
  };

  const single = await during(outer, async (within) => {
    const { run, measured } = runWith(await rig('sqlite', within, { cpuProf }));
    await run('devices: warm-up', USUAL, Math.ceil(messages / 5));
    return { of10: await measured('10', FEW), of1000: await measured('1000', MANY) };
  });
  const packed = await during(outer, async (within) => {
    const all = await rig('sqlite', within, { cpuProf, devicesPerPublish: PER_PUBLISH });
    const { run, measured } = runWith(all);
    await run('devices: warm-up', USUAL, Math.ceil(messages / 5));
    const packed10 = await measured('10, packed', FEW);
    const packed20 = await measured('20, packed', USUAL);
    const packed1000 = await measured('1000, packed', MANY);
    const before = await memoryOf(all);
    await run(`${fleet}: first messages`, fleet, fleet);
    const after = await memoryOf(all);
    const packedFleet = await measured(`${fleet}, packed`, fleet);
    const more = fleet - MANY;
    return {
      packed10,
      packed20,
      packed1000,
      packedFleet,
      rssPerDevice: (after.rss - before.rss) / more,
      heapPerDevice: (after.heap - before.heap) / more,
    };
  });
  return { ...single, ...packed };
};

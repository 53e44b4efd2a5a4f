import fc from 'fast-check';
import { test } from 'vitest';
import { bench } from './bench.js';
import type { Bench } from './bench.js';
import { commands } from './commands.js';
import type { Setup } from './model.js';
import { memoryPlace, sqlitePlace, workshop } from './places.js';
import type { Place } from './places.js';

const { MODEL_RUNS, MODEL_SEED, MODEL_PATH, MODEL_REPLAY } = process.env;
const LENGTH = 100;

const setups: fc.Arbitrary<Omit<Setup, 'durable'>> = fc
  .record({
    window: fc.integer({ min: 1, max: 12 }),
    records: fc.integer({ min: 1, max: 30 }),
    bytes: fc.constantFrom(1_500, 1_000_000),
    atCapacity: fc.constantFrom('block' as const, 'drop_oldest' as const, 'drop_newest' as const),
    ttlMs: fc.option(fc.constant(60_000), { nil: undefined }),
  })
  .map(({ window, ttlMs, ...limits }) => ({
    window,
    limits: { ...limits, ...(ttlMs === undefined ? {} : { ttlMs }) },
  }));

/** Plays sequences until one does what the model does not allow, makes it short, and says how to play it again. */
const prove = async <V>(
  name: string,
  runs: number,
  variants: fc.Arbitrary<V>,
  begin: (setup: Omit<Setup, 'durable'>, variant: V) => Promise<Bench>,
) => {
  const property = fc.asyncProperty(setups, variants, commands(LENGTH, MODEL_REPLAY), async (setup, variant, steps) => {
    let made: Bench | undefined;
    try {
      await fc.asyncModelRun(async () => {
        const real = (made = await begin(setup, variant));
        return { model: { it: real.it, bench: real }, real };
      }, steps);
      await made?.empty();
      const [broken] = made?.it.broken ?? [];
      if (broken !== undefined) throw new Error(`${broken} (at the latest when all was delivered at the end)`);
    } finally {
      await made?.end();
    }
  });
  const out = await fc.check(property, {
    unbiased: true,
    numRuns: MODEL_RUNS === undefined ? runs : Number(MODEL_RUNS),
    ...(MODEL_SEED === undefined ? {} : { seed: Number(MODEL_SEED) }),
    ...(MODEL_PATH === undefined ? {} : { path: MODEL_PATH, endOnFailure: true }),
  });
  if (!out.failed) return;
  const replay = /replayPath="([^"]*)"/.exec(fc.defaultReportMessage(out) ?? '')?.[1] ?? '';
  const again = `MODEL_SEED=${out.seed} MODEL_PATH=${out.counterexamplePath} MODEL_REPLAY=${replay}`;
  const why = out.errorInstance instanceof Error ? out.errorInstance.message : String(out.errorInstance);
  throw new Error(
    `${why}\n\n${fc.defaultReportMessage(out)}\n\nTo play it again: ${again} npx vitest run test/operators/buffer/model -t '${name}'`,
  );
};

const LONG = 3_600_000;

test(
  'a store in memory that outlives the process',
  async () => {
    const variants = fc.boolean();
    await prove('a store in memory that outlives', 600, variants, (setup, isOpen) =>
      bench({ ...setup, durable: true }, memoryPlace(true), { isOpen }),
    );
  },
  LONG,
);

test(
  'the memory store',
  async () => {
    await prove('the memory store', 300, fc.boolean(), (setup, isOpen) =>
      bench({ ...setup, durable: false }, memoryPlace(false), { isOpen }),
    );
  },
  LONG,
);

test(
  'the SQLite store',
  async () => {
    const { folder, forget } = workshop();
    const place = (left: number | undefined): Place =>
      sqlitePlace(folder, left === undefined ? 1 : Number.MAX_SAFE_INTEGER - left);
    try {
      await prove('the SQLite store', 200, fc.option(fc.nat(20), { nil: undefined, freq: 6 }), (setup, left) =>
        bench({ ...setup, durable: true }, place(left)),
      );
    } finally {
      forget();
    }
  },
  LONG,
);

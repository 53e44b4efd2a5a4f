// Loaded into a gateway (NODE_OPTIONS=--require): its wall clock can be set from outside, by a file that WALL_CLOCK_FILE names and that holds an offset in ms.
// Only the wall clock: timers and performance.now() go on as they did.
const { readFileSync } = require('node:fs');
const { performance } = require('node:perf_hooks');

const file = process.env.WALL_CLOCK_FILE;
const Real = globalThis.Date;
const now = Real.now;
let offset = 0;
let lookAgain = 0;

/** Looks into the file every 20 ms at most. */
const shifted = () => {
  const monotonic = performance.now();
  if (monotonic >= lookAgain) {
    lookAgain = monotonic + 20;
    try {
      offset = Number(readFileSync(file, 'utf8')) || 0;
    } catch {
      // Not written yet.
    }
  }
  return now() + offset;
};

globalThis.Date = new Proxy(Real, {
  construct: (target, args, as) => Reflect.construct(target, args.length === 0 ? [shifted()] : args, as),
  apply: () => new Real(shifted()).toString(),
  get: (target, key, receiver) => (key === 'now' ? shifted : Reflect.get(target, key, receiver)),
});

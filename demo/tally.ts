import type { Json } from '../test/peers/platform/contract.js';

interface Item {
  readonly values?: Readonly<Record<string, Json>>;
}

/** Counts what the platform has: every reading carries a number, so one that came twice counts once. */
export const startTally = () => {
  const seen = new Map<string, Set<Json>>();
  let total = 0;
  let last = '';
  const waiting = new Set<() => void>();
  return {
    points: (device: string, items: readonly Json[]): void => {
      const numbers = seen.get(device) ?? new Set<Json>();
      seen.set(device, numbers);
      for (const item of items as readonly Item[]) {
        const { seq, ...values } = item.values ?? {};
        if (seq === undefined || numbers.has(seq)) continue;
        numbers.add(seq);
        total += 1;
        last = ` · ${device} ${Object.entries(values)
          .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
          .join(', ')}`;
      }
      waiting.forEach((go) => go());
      waiting.clear();
    },
    readings: (): number => total,
    devices: (): number => seen.size,
    latest: (): string => last,
    /** Resolves when something came, at the latest after `ms`. */
    changed: (ms: number): Promise<void> =>
      new Promise((done) => {
        const timer = setTimeout(done, ms);
        waiting.add(() => {
          clearTimeout(timer);
          done();
        });
      }),
  };
};

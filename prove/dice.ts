/** Numbers that a seed decides. */
export interface Dice {
  /** A whole number, both ends included. */
  readonly int: (least: number, most: number) => number;
  readonly pick: <A>(of: readonly A[]) => A;
  readonly shuffled: <A>(of: readonly A[]) => readonly A[];
  readonly bytes: (length: number) => Buffer;
}

/** FNV-1a. */
const hash = (text: string): number =>
  Buffer.from(text).reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193) >>> 0, 0x811c9dc5);

/**
 * Dice that fall alike for the same seed and name. The name keeps scenarios apart: what one of them draws does not depend on which others were
 * run.
 */
export const dice = (seed: number, name: string): Dice => {
  let state = hash(`${seed} ${name}`);
  /** Mulberry32: in [0, 1). */
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    int,
    pick: (of) => of[int(0, of.length - 1)]!,
    shuffled: (of) => {
      const order = [...of];
      for (let i = order.length - 1; i > 0; i -= 1) {
        const j = int(0, i);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
    bytes: (length) => Buffer.from(Array.from({ length }, () => int(0, 255))),
  };
};

/** A list of bits as coils: every group of eight, the last and maybe shorter one too, with its last bit first. The inverse of itself. */
export const grouped = (bits: readonly boolean[]): readonly boolean[] =>
  bits.map((_, i) => {
    const group = i - (i % 8);
    return bits[Math.min(group + 8, bits.length) - 1 - (i - group)]!;
  });

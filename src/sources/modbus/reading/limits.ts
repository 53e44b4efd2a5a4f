/** Registers in one answer, by the specification of Modbus. */
export const MOST_REGISTERS = 125;
/** Bits in one answer. */
export const MOST_BITS = 2_000;
/** Registers in one write. */
export const MOST_WRITTEN_REGISTERS = 123;
/** Coils in one write. */
export const MOST_WRITTEN_BITS = 1_968;

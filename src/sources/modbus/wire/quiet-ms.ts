/** Above this rate the silence is a fixed one (Modbus over serial line, 2.5.1.1). */
const FAST = 19_200;

/** Ms of silence that part two rtu messages on a serial line: three and a half characters, of 11 bits each. */
export const quietMs = (baudrate: number): number => (baudrate > FAST ? 1.75 : (3.5 * 11 * 1_000) / baudrate);

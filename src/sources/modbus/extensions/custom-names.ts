import type { Slave } from '../config/slave.js';

/** The incumbent's names of what is built in. */
const builtIn: ReadonlySet<string | undefined> = new Set([
  undefined,
  'BytesModbusUplinkConverter',
  'BytesModbusDownlinkConverter',
]);

/** The converters of the user's own that a slave names. Absent: the built-in one. */
export const customNames = ({
  uplink_converter: up,
  downlink_converter: down,
}: Pick<Slave, 'uplink_converter' | 'downlink_converter'>): { readonly up?: string; readonly down?: string } => ({
  ...(up === undefined || builtIn.has(up) ? {} : { up }),
  ...(down === undefined || builtIn.has(down) ? {} : { down }),
});

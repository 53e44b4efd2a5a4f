import { decode } from '../../../src/model/decode.js';
import { slave } from '../../../src/sources/modbus/config/slave.js';
import type { Slave } from '../../../src/sources/modbus/config/slave.js';

/** A slave as the codec reads it, with these keys beside those that every slave needs. BIG and BIG. */
export const slaveWith = (more: object): Slave => {
  const least = { host: 'h', port: 502, method: 'socket', unitId: 9, pollPeriod: 1000, deviceName: 'D' };
  const { value, problems } = decode(slave, { ...least, byteOrder: 'BIG', wordOrder: 'BIG', ...more });
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return value;
};

import type { Rpc } from '../../../model/command.js';
import type { Slave } from '../config/slave.js';

interface Named {
  readonly slave: Pick<Slave, 'deviceName' | 'rpc'>;
}

/** Of several slaves that are one device, the one that a call is for: the first with a rule for its method, else the first. Undefined: none is this device. */
export const unitFor = <U extends Named>(
  units: readonly U[],
  { device, method }: Pick<Rpc, 'device' | 'method'>,
): U | undefined => {
  const own = units.filter(({ slave }) => slave.deviceName === device);
  return own.find(({ slave }) => slave.rpc.some(({ tag }) => tag === method)) ?? own[0];
};

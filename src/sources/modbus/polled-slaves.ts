import type { ModbusConfig } from './config.js';
import type { Slave } from './config/slave.js';
import { localAsSlave } from './local/local-as-slave.js';

/** The slaves that are polled and commanded: those of the master, and the local one if it serves. */
export const polledSlaves = ({ master, slave: local }: ModbusConfig): readonly Slave[] => [
  ...master.slaves,
  ...(local?.sendDataToThingsBoard === true ? [localAsSlave(local)] : []),
];

import { resolve } from 'node:path';
import type { ModbusConfig } from './config.js';
import type { Slave } from './config/slave.js';
import { localAsSlave } from './local/local-as-slave.js';

const placed = (slave: Slave, folder: string): Slave => {
  const { tls } = slave;
  if (tls === undefined) return slave;
  const files = (['certfile', 'keyfile', 'cafile'] as const).flatMap((key) => {
    const name = tls[key];
    return name === undefined ? [] : [[key, resolve(folder, name)] as const];
  });
  return { ...slave, tls: { ...tls, ...Object.fromEntries(files) } };
};

/** The slaves that are polled and commanded: those of the master, and the local one if it serves. Names of files are made absolute: they start at `folder`. */
export const polledSlaves = ({ master, slave: local }: ModbusConfig, folder: string): readonly Slave[] =>
  [...master.slaves, ...(local?.sendDataToThingsBoard === true ? [localAsSlave(local)] : [])].map((slave) =>
    placed(slave, folder),
  );

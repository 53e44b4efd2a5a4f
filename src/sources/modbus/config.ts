import * as t from 'io-ts';
import { defaulted, optional, section } from '../../model/codec.js';
import { connectorFields } from '../../model/connector-fields.js';
import { olderKeys } from '../../model/older-keys.js';
import { localSlave } from './config/local-slave.js';
import { modernFile } from './config/modern-file.js';
import { slave } from './config/slave.js';

const master = section('the master', {
  slaves: defaulted(t.readonlyArray(slave, 'a list of slaves'), [], 'The slaves that are polled.'),
});

/** The connector file of the Modbus source (`modbus.json`): the slaves it polls, and the one it may be. The older form is read as well. */
export const modbusConfig = olderKeys(
  section('the Modbus connector', {
    master: defaulted(master, { slaves: [] }, 'What the gateway asks for.'),
    slave: optional(localSlave, 'What the gateway is asked for.'),
    ...connectorFields,
  }),
  {
    server: optional(
      t.UnknownRecord,
      'Older form of `master`: a connection, and the `devices` behind it, each with what a slave has.',
    ),
    slaves: optional(t.readonlyArray(slave, 'a list of slaves'), 'Older place of `master.slaves`.'),
  },
  modernFile,
);

export type ModbusConfig = t.TypeOf<typeof modbusConfig>;

import { missingExtension } from '../../../extensions/extension-file.js';
import type { Problem } from '../../../model/codec.js';
import type { ModbusConfig } from '../config.js';
import { customNames } from './custom-names.js';

/** The custom converters of a configuration whose file is nowhere. Loads none: they are the user's programs. */
export const missingExtensions = ({ master }: ModbusConfig, folder: string): readonly Problem[] =>
  master.slaves.flatMap((slave, i) => {
    const { up, down } = customNames(slave);
    return [
      { key: 'uplink_converter', name: up },
      { key: 'downlink_converter', name: down },
    ].flatMap(({ key, name }) => {
      const missing = name === undefined ? undefined : missingExtension('modbus', name, folder);
      return missing === undefined ? [] : [{ path: `master.slaves[${i}].${key}`, ...missing }];
    });
  });

import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import type { Problem } from '../../model/codec.js';
import type { ModbusConfig } from './config.js';

type Files = Readonly<Record<'certfile' | 'keyfile' | 'cafile', string | undefined>>;

const readable = (path: string): boolean => {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
};

const missing = (files: Partial<Files> | undefined, path: string, folder: string): readonly Problem[] =>
  (['certfile', 'keyfile', 'cafile'] as const).flatMap((key) => {
    const name = files?.[key];
    if (name === undefined || readable(resolve(folder, name))) return [];
    return [{ path: `${path}.${key}`, found: JSON.stringify(name), expected: 'the name of a file that can be read' }];
  });

/** Certificates and keys that the configuration names and that are not there. Relative names start at `folder`. */
export const missingFiles = ({ master, slave }: ModbusConfig, folder: string): readonly Problem[] => [
  ...master.slaves.flatMap(({ tls }, i) => missing(tls, `master.slaves[${i}].tls`, folder)),
  ...missing(slave?.security, 'slave.security', folder),
];

import type { ConnectorFile } from '../config/connector-files.js';
import { levelOf } from '../log/level-of.js';
import type { Level } from '../log/level-of.js';

const levelIn = (value: unknown): Level | undefined => {
  const text: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'logLevel') : undefined;
  return typeof text === 'string' ? levelOf(text) : undefined;
};

/** The level that each connector's file asks for, by the connector's name; undefined where it asks for none. */
export const levelsOf = (files: readonly ConnectorFile[]): ReadonlyMap<string, Level | undefined> =>
  new Map(files.flatMap(({ name, value }) => (name === undefined ? [] : [[name, levelIn(value)] as const])));

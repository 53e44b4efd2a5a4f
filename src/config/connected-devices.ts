import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isObject } from '../model/is-object.js';
import type { Known } from '../operators/buffer/store.js';
import type { ConnectorEntry } from './connector-entry.js';
import { member } from './member.js';
import { mistakeLine } from './mistake-line.js';
import { readJson } from './read-json.js';

const FILE = 'connected_devices.json';

/** What the incumbent remembered. */
export interface ConnectedDevices {
  readonly devices: readonly Known[];
  /** Original name → name on the platform. */
  readonly renamed: readonly (readonly [string, string])[];
  /** What could not be used, one sentence each. */
  readonly problems: readonly string[];
}

const textIn = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

interface Entry {
  readonly connector: string | undefined;
  readonly id: string | undefined;
  readonly profile: string;
  readonly renamed: string | undefined;
  readonly connected: boolean;
}

/** Of the two forms: an object, or a list of connector, profile and new name. */
const entryOf = (value: unknown): Entry | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const list: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined;
  const at = (key: string, i: number): string | undefined => textIn(list === undefined ? member(value, key) : list[i]);
  return {
    connector: at('connectorName', 0),
    id: list === undefined ? textIn(member(value, 'connectorId')) : undefined,
    profile: at('deviceType', 1) ?? 'default',
    renamed: at('renaming', 2),
    connected: list !== undefined || member(value, 'disconnected') !== true,
  };
};

/** The ids that connectors have in their own files, and their names. */
const namesById = (connectors: readonly ConnectorEntry[], folder: string): ReadonlyMap<string, string> =>
  new Map(
    connectors.flatMap(({ name, configuration }): (readonly [string, string])[] => {
      const read = readJson(resolve(folder, configuration), configuration);
      const id = 'value' in read ? textIn(member(read.value, 'id')) : undefined;
      return id === undefined ? [] : [[id, name]];
    }),
  );

/**
 * Reads the incumbent's connected_devices.json, if the configuration folder has one: the devices of connectors that are configured, found by id,
 * else by name. Source: core specification, §13.
 *
 * Promises: never throws; an entry that cannot be used is named in `problems`, the others count.
 */
export const connectedDevices = (folder: string, connectors: readonly ConnectorEntry[]): ConnectedDevices => {
  const nothing = { devices: [], renamed: [], problems: [] };
  const file = join(folder, FILE);
  if (!existsSync(file)) return nothing;
  const read = readJson(file, FILE);
  if ('problem' in read) return { ...nothing, problems: [mistakeLine(read.problem)] };
  const { value: all } = read;
  if (!isObject(all)) return { ...nothing, problems: [`${FILE} holds no object`] };
  const ids = namesById(connectors, folder);
  const names = new Set(connectors.map(({ name }) => name));
  const devices: Known[] = [];
  const renamed: (readonly [string, string])[] = [];
  const problems: string[] = [];
  for (const [device, value] of Object.entries(all)) {
    const entry = entryOf(value);
    const connector = (entry?.id === undefined ? undefined : ids.get(entry.id)) ?? entry?.connector;
    if (entry === undefined || connector === undefined || device === '') {
      problems.push(`${FILE}: the entry of ${JSON.stringify(device)} names no connector`);
    } else if (!names.has(connector)) {
      problems.push(
        `${FILE}: the connector of ${JSON.stringify(device)}, ${JSON.stringify(connector)}, is not configured`,
      );
    } else {
      devices.push({ device, profile: entry.profile, connector, connected: entry.connected });
      if (entry.renamed !== undefined && entry.renamed !== device) renamed.push([device, entry.renamed]);
    }
  }
  return { devices, renamed, problems };
};

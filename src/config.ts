import { join, resolve } from 'node:path';
import * as t from 'io-ts';
import { defaulted, optional, required, section } from './model/codec.js';
import { storageConfig } from './operators/buffer/config.js';
import { thingsBoardCodec } from './sinks/thingsboard/config.js';
import { ConfigInvalid } from './config/config-invalid.js';
import type { FileProblem } from './config/config-invalid.js';
import { connectorEntry } from './config/connector-entry.js';
import { decodeSafely } from './config/decode-safely.js';
import { overlay } from './config/overlay.js';
import { readJson } from './config/read-json.js';
import { secretsOf } from './model/secret.js';

export type { ConnectorEntry } from './config/connector-entry.js';

const FILE = 'tb_gateway.json';

/** The main file (core.md §4). */
export const gatewayConfig = section('the main file: {"thingsboard", "storage", "connectors"}', {
  thingsboard: required(thingsBoardCodec, 'The platform and how to reach it.'),
  storage: defaulted(storageConfig, { type: 'memory', at_capacity: 'block', max_dead_letters: 10_000 }, 'The queue.'),
  grpc: optional(t.UnknownRecord, 'Accepted, without effect.'),
  connectors: defaulted(t.readonlyArray(connectorEntry), [], 'Where messages come from.'),
});

export type GatewayConfig = t.TypeOf<typeof gatewayConfig>;

export interface ReadConfig {
  readonly config: GatewayConfig;
  /** What a person should know although it stops nothing, such as keys that nothing reads. */
  readonly notices: readonly string[];
  /** Every secret in the main file, the connectors' files and the environment: for the log to hide. */
  readonly secrets: readonly string[];
}

const listOf = (value: unknown, key: string): readonly unknown[] => {
  const list: unknown =
    typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? (value as Readonly<Record<string, unknown>>)[key]
      : undefined;
  return Array.isArray(list) ? list : [];
};

const textOf = (value: unknown, key: string): string | undefined => {
  const text: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof text === 'string' ? text : undefined;
};

const credentials = (raw: unknown): readonly FileProblem[] => {
  const section: unknown = typeof raw === 'object' && raw !== null ? Reflect.get(raw, 'thingsboard') : undefined;
  if (typeof section !== 'object' || section === null) return [];
  if (['security', 'provisioning'].some((key) => Reflect.has(section, key))) return [];
  const expected = 'credentials such as {"accessToken": "…"} (or TB_GW_ACCESS_TOKEN)';
  return [{ file: FILE, path: 'thingsboard.security', found: 'nothing', expected }];
};

const twins = (connectors: readonly unknown[]): readonly FileProblem[] => {
  const names = connectors.map((entry) => textOf(entry, 'name'));
  return names.flatMap((name, i) =>
    name !== undefined && names.indexOf(name) < i
      ? [
          {
            file: FILE,
            path: `connectors[${i}].name`,
            found: JSON.stringify(name),
            expected: 'a name that no other connector has',
          },
        ]
      : [],
  );
};

/**
 * Reads the main file of a folder, with the environment laid over it.
 *
 * Throws {@link ConfigInvalid} with every mistake at once, those of connector files that are absent or not JSON among them. If
 * these are the only ones nothing is thrown: such a connector is stopped alone, when it is opened. Secrets are in no report.
 */
export const readConfig = (folder: string, env: Readonly<Record<string, string | undefined>> = {}): ReadConfig => {
  const main = readJson(join(folder, FILE), FILE);
  if ('problem' in main) throw new ConfigInvalid([main.problem]);
  const { raw, origins, notices } = overlay(main.value, env);
  const decoded = decodeSafely(gatewayConfig, raw);
  const entries = listOf(raw, 'connectors');
  const mistakes: readonly FileProblem[] = [
    ...decoded.problems.map((problem) => {
      const variable = origins.get(problem.path);
      return { file: variable === undefined ? FILE : `environment variable ${variable}`, ...problem };
    }),
    ...credentials(raw),
    ...twins(entries),
  ];
  const files = entries.flatMap((entry) => {
    const name = textOf(entry, 'configuration');
    return name === undefined || name === '' ? [] : [readJson(resolve(folder, name), name)];
  });
  if (mistakes.length > 0 || decoded.value === undefined) {
    throw new ConfigInvalid([...mistakes, ...files.flatMap((file) => ('problem' in file ? [file.problem] : []))]);
  }
  const unread = decoded.unknown.map((path) => `${FILE}: nothing reads the key ${JSON.stringify(path)}.`);
  return {
    config: decoded.value,
    notices: [...notices, ...unread],
    secrets: [raw, ...files.flatMap((file) => ('value' in file ? [file.value] : []))].flatMap(secretsOf),
  };
};

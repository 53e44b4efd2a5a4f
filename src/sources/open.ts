import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { defer, firstValueFrom, from, map } from 'rxjs';
import type { Observable } from 'rxjs';
import { ConfigInvalid } from '../config/config-invalid.js';
import type { ConnectorEntry } from '../config/connector-entry.js';
import { decodeSafely } from '../config/decode-safely.js';
import { filePrint } from '../config/file-print.js';
import { MOST_CONNECTORS } from '../config/most-connectors.js';
import { readJson } from '../config/read-json.js';
import { referredFiles } from '../config/referred-files.js';
import { resolveReferences } from '../config/resolve-references.js';
import { noticesOf } from '../config/notices-of.js';
import { unreadableFiles } from '../config/unreadable-files.js';
import { extensionFile } from '../extensions/extension-file.js';
import { loadConnector } from '../extensions/load-connector.js';
import { tamed } from '../extensions/tamed.js';
import type { Problem } from '../model/codec.js';
import type { Connector, Context, Source } from '../model/component.js';
import type { Decoded } from '../model/decode.js';
import { FatalError, reasonOf } from '../model/errors.js';
import { unknownConnector } from './open/unknown-connector.js';

/** A connector's module, whatever its configuration is. `file` is what a report calls a connector's file. */
export interface Loaded {
  /** Reads a file with the connector's codec, and shows no secret. */
  readonly decode: (raw: unknown) => Decoded<unknown>;
  /** What a file that decodes is wrong about. */
  readonly mistakes: (raw: unknown, folder: string) => readonly Problem[];
  /** What a file that decodes makes the connector ask for; undefined of any other, and of a connector that asks for nothing. */
  readonly plan: (raw: unknown) => string | undefined;
  readonly open: (raw: unknown, file: string, context: Context) => Source;
}

/** Where connectors are loaded from: by type, and not before a configuration names it. */
export type Table = ReadonlyMap<string, () => Promise<Loaded>>;

const loaded = <C>({ config, mistakes, plan, open }: Connector<C>): Loaded => ({
  decode: (raw) => decodeSafely(config, raw),
  mistakes: (raw, folder) => {
    const { value } = decodeSafely(config, raw);
    return value === undefined ? [] : (mistakes?.(value, folder) ?? []);
  },
  plan: (raw) => {
    const { value } = decodeSafely(config, raw);
    return value === undefined ? undefined : plan?.(value);
  },
  open: (raw, file, context) => {
    const decoded = decodeSafely(config, raw);
    const { value, problems } = decoded;
    if (value === undefined) throw new ConfigInvalid(problems.map((problem) => ({ ...problem, file })));
    noticesOf(decoded, file).notices.forEach((notice) => context.log.warn(notice));
    return open(value, context);
  },
});

/** One entry of the table: how to import a module whose default export is a connector. */
export const loading =
  <C>(load: () => Promise<{ readonly default: Connector<C> }>): (() => Promise<Loaded>) =>
  () =>
    load().then((module) => loaded(module.default));

/** The connectors that ship. A user's own goes through the same lines. */
export const connectors: Table = new Map([
  ['mqtt', loading(() => import('./mqtt/source.js'))],
  ['modbus', loading(() => import('./modbus/source.js'))],
  ['rest', loading(() => import('./rest/source.js'))],
]);

const own = async (type: string, name: string, folder: string): Promise<Loaded> => {
  const connector = await firstValueFrom(loadConnector(type, name, folder));
  if (connector instanceof Error) throw connector;
  const { decode, mistakes, plan, open } = loaded(connector);
  return {
    decode: (raw) => tamed('`config`', () => decode(raw)),
    mistakes: (raw, where) => tamed('`mistakes`', () => mistakes(raw, where)),
    plan: (raw) => tamed('`plan`', () => plan(raw)),
    open: (raw, file, context) => {
      // Whose part it is that fails is told apart.
      tamed('`config`', () => decode(raw));
      return tamed('`open`', () => open(raw, file, context));
    },
  };
};

/** How the connector of an entry is loaded: by its type from the table, or by its class, else its type, from the user's own modules. Undefined: nobody knows it. */
export const loaderOf = (
  { type, class: given = '' }: Pick<ConnectorEntry, 'type' | 'class'>,
  folder: string,
  table: Table = connectors,
): (() => Promise<Loaded>) | undefined => {
  const name = given.trim() === '' ? undefined : given.trim();
  const ours = name === undefined ? table.get(type) : undefined;
  if (ours !== undefined) return ours;
  if (extensionFile(type, name ?? type, folder).file === undefined) return undefined;
  return () => own(type, name ?? type, folder);
};

const unknownType = (entry: ConnectorEntry, folder: string, table: Table): FatalError => {
  const { found, expected, nearest } = unknownConnector(entry, folder, [...table.keys()]);
  const hint = nearest === undefined ? '' : ` (did you mean ${JSON.stringify(nearest)}?)`;
  const what = entry.class === undefined ? 'type' : 'class';
  return new FatalError('CONNECTOR_UNKNOWN', `No connector of ${what} ${found}${hint}. Expected: ${expected}.`);
};

/**
 * Makes a function that opens connectors: type → module → decoded configuration → source.
 *
 * Promises: nothing is read or loaded before the result is subscribed to; equal configuration, with the same content of the certificates and keys that it names, gives
 * the same source (by identity) as the last time under that name, so that a pipeline restarts only what has changed; what is new is said to be `initialized`; secrets that the file refers to are in their place; errors with a {@link FatalError}: `CONNECTOR_UNKNOWN` for a type nobody knows or
 * that cannot be loaded, `CONFIG_INVALID` with every mistake in the file, certificates that cannot be read among them. Belongs to one pipeline, whose contexts live as long as it.
 */
export const opener = (
  table: Table = connectors,
  env: Readonly<Record<string, string | undefined>> = process.env,
): ((entry: ConnectorEntry, context: Context) => Observable<Source>) => {
  /** The latest of each name. */
  const remembered = new Map<string, { readonly key: string; readonly source: Source }>();
  return (entry, context) =>
    defer(() => {
      const load = loaderOf(entry, context.folder, table);
      if (!load) throw unknownType(entry, context.folder, table);
      const read = readJson(resolve(context.folder, entry.configuration), entry.configuration);
      if ('problem' in read) throw new ConfigInvalid([read.problem]);
      const file = entry.configuration;
      const { value, problems: dangling } = resolveReferences(read.value, { env, folder: context.folder });
      const problems = [...dangling, ...unreadableFiles(value, context.folder)];
      if (problems.length > 0) throw new ConfigInvalid(problems.map((problem) => ({ ...problem, file })));
      const referred = referredFiles(read.value, context.folder).map((path) => filePrint(path).print);
      const content = JSON.stringify([entry, context.folder, value, referred]);
      const key = createHash('sha256').update(content).digest('base64');
      const module = load().catch((error: unknown) => {
        const text = `The connector ${JSON.stringify(entry.type)} could not be loaded: ${reasonOf(error)}`;
        throw new FatalError('CONNECTOR_UNKNOWN', text, { cause: error });
      });
      return from(module).pipe(
        map(({ open }) => {
          const known = remembered.get(entry.name);
          if (known?.key === key) return known.source;
          const source = open(value, file, context);
          context.fact({ kind: 'state', who: context.name, phase: 'initialized' });
          remembered.delete(entry.name);
          remembered.set(entry.name, { key, source });
          for (const [oldest] of remembered) {
            if (remembered.size <= MOST_CONNECTORS) break;
            remembered.delete(oldest);
          }
          return source;
        }),
      );
    });
};

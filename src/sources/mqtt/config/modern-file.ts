import { isObject } from '../../../model/is-object.js';
import { modernEntry } from './modern-entry.js';

type Raw = Readonly<Record<string, unknown>>;

const sections = [
  'connectRequests',
  'disconnectRequests',
  'attributeRequests',
  'attributeUpdates',
  'serverSideRpc',
] as const;

const each = (value: unknown, change: (entry: unknown) => unknown): unknown =>
  Array.isArray(value) ? value.map(change) : value;

const mappingOf = (mapping: unknown): unknown =>
  isObject(mapping) && 'converter' in mapping ? { ...mapping, converter: modernEntry(mapping.converter) } : mapping;

const files: readonly string[] = ['pathToCACert', 'caCert', 'pathToPrivateKey', 'pathToClientCert'];

/** Without the names of files that are empty: forms write them where nothing was filled in. */
const brokerOf = (broker: unknown): unknown => {
  if (!isObject(broker) || !isObject(broker.security)) return broker;
  const named = Object.entries(broker.security).filter(([key, value]) => value !== '' || !files.includes(key));
  return { ...broker, security: Object.fromEntries(named) };
};

/** Request sections: one at the top wins over its namesake; absent ones become `{}`, as the incumbent writes them. */
const requestsOf = (file: Raw): unknown => {
  const given = file.requestsMapping ?? {};
  if (!isObject(given)) return given;
  const found = sections.map((name) => [name, each(file[name] ?? given[name] ?? {}, modernEntry)] as const);
  return { ...given, ...Object.fromEntries(found) };
};

/**
 * A whole connector file in the form of today. Each entry is judged by itself, so that a file in which only some are of the older
 * format is read as it was meant; the incumbent judges all by the first. Works on a copy, of raw JSON.
 * Source: the incumbent's MQTT connector, legacy format.
 */
export const modernFile = (file: unknown): unknown => {
  if (!isObject(file)) return file;
  const moved = ['dataMapping', ...sections];
  const rest = Object.fromEntries(Object.entries(file).filter(([key]) => !moved.includes(key)));
  return {
    ...rest,
    ...('broker' in file ? { broker: brokerOf(file.broker) } : {}),
    mapping: each(file.mapping ?? file.dataMapping ?? [], mappingOf),
    requestsMapping: requestsOf(file),
  };
};

import { isObject } from '../../../model/is-object.js';
import { placeholders } from '../../../operators/extract/placeholders.js';

type Raw = Readonly<Record<string, unknown>>;

const serverKeys = ['host', 'port', 'SSL', 'security'] as const;
const sections = ['attributeRequests', 'attributeUpdates', 'serverSideRpc'] as const;

const without = (entry: Raw, keys: readonly string[]): Raw =>
  Object.fromEntries(Object.entries(entry).filter(([key]) => !keys.includes(key)));

const picked = (entry: Raw, keys: readonly string[]): Raw =>
  Object.fromEntries(Object.entries(entry).filter(([key]) => keys.includes(key)));

/** Where an older expression comes from. The incumbent takes one with "_" or "-" in it for a constant, which nobody has meant. */
const sourceOf = (expression: unknown): string =>
  typeof expression === 'string' && placeholders(expression).some((part) => typeof part !== 'string')
    ? 'request'
    : 'constant';

const converterOf = (converter: unknown): unknown => {
  if (!isObject(converter)) return converter;
  const { 'extension-config': older, deviceNameExpression: name, deviceTypeExpression: type = 'default' } = converter;
  const rest = without(converter, ['extension-config', 'deviceNameExpression', 'deviceTypeExpression']);
  const deviceInfo = {
    deviceNameExpressionSource: sourceOf(name),
    deviceNameExpression: name,
    deviceProfileExpressionSource: sourceOf(type),
    deviceProfileExpression: type,
  };
  return {
    ...(name === undefined ? {} : { deviceInfo }),
    ...(older === undefined ? {} : { extensionConfig: older }),
    ...rest,
  };
};

const mappingOf = (entry: unknown): unknown =>
  isObject(entry) && 'converter' in entry ? { ...entry, converter: converterOf(entry.converter) } : entry;

/**
 * A whole connector file in the form of today: the server's keys under `server`, the request sections under `requestsMapping`, the device's name under
 * `deviceInfo`. What stands in the place of today wins. Each entry is judged by itself. Works on a copy, of raw JSON. Source: rest.md, legacy config.
 */
export const modernFile = (file: unknown): unknown => {
  if (!isObject(file)) return file;
  const rest = without(file, [...serverKeys, ...sections]);
  const server = file.server ?? picked(file, serverKeys);
  const given = file.requestsMapping ?? {};
  return {
    ...rest,
    server,
    ...(Array.isArray(file.mapping) ? { mapping: file.mapping.map(mappingOf) } : {}),
    requestsMapping: isObject(given) ? { ...picked(file, sections), ...given } : given,
  };
};

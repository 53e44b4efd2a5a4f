import { isDeepStrictEqual } from 'node:util';
import type { GatewayConfig } from '../config/gateway-config.js';
import { isObject } from '../model/is-object.js';

/** What takes effect by itself, or is read when it is needed. */
const live: ReadonlySet<string> = new Set([
  'connectors',
  'restart',
  'thingsboard.checkConnectorsConfigurationInSeconds',
]);

/** The innermost keys under which two values differ, as dotted paths. A list is one value. */
const differing = (before: unknown, now: unknown, path: string): readonly string[] => {
  if (live.has(path) || isDeepStrictEqual(before, now)) return [];
  if (!isObject(before) || !isObject(now)) return [path];
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].flatMap((key) =>
    differing(before[key], now[key], path === '' ? key : `${path}.${key}`),
  );
};

/** The keys of the main file whose new values a gateway that runs does not take over: those of the platform, the storage and so on. Shows no value. */
export const restartKeys = (running: GatewayConfig, now: GatewayConfig): readonly string[] =>
  differing(running, now, '');

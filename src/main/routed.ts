import type { LogOptions } from '../log.js';
import type { Level } from '../log/level-of.js';
import type { Inspection } from './inspect.js';

/** Where lines go and from which level. A level from the command line or the environment beats every one in a file. */
export const routed = (
  { routes, levels }: Pick<Inspection, 'routes' | 'levels'>,
  level: Level | undefined,
): Pick<LogOptions, 'routes' | 'levels' | 'level'> => {
  if (level === undefined) return { levels, ...(routes === undefined ? {} : { routes }) };
  const all = [...(routes ?? [])].map(
    ([name, { to }]) => [name, { level, to: to.map((outlet) => ({ ...outlet, least: 'debug' as const })) }] as const,
  );
  return { level, routes: new Map(all) };
};

import { defer, from, map } from 'rxjs';
import type { Observable } from 'rxjs';
import { ConfigInvalid } from '../config/config-invalid.js';
import type { FileProblem } from '../config/config-invalid.js';
import type { GatewayConfig } from '../config.js';
import { inspect } from './inspect.js';
import type { Inspection } from './inspect.js';

export interface Reread {
  readonly config: GatewayConfig;
  readonly found: Inspection;
  /** The notices that nobody has heard yet. */
  readonly news: readonly string[];
}

const keyOf = ({ file, path, found, expected }: FileProblem): string => JSON.stringify([file, path, found, expected]);

/**
 * Reads a configuration folder again for a gateway that runs.
 *
 * Promises: errors with a {@link ConfigInvalid} where the main file has a mistake, and where a connector's file has one that was not there when the gateway
 * began: what runs shall not be stopped by it. What is wrong with logs.json does not count, for that is read at the start only. A notice is news in one
 * reading, however often the folder is read, until a reading has been without it.
 */
export const reread = (
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  before: Pick<Inspection, 'mistakes' | 'notices'>,
): Observable<Reread> => {
  const known = new Set(before.mistakes.map(keyOf));
  let heard: ReadonlySet<string> = new Set(before.notices);
  return defer(() => from(inspect(folder, env))).pipe(
    map((found) => {
      const { config, mistakes, logMistakes } = found;
      const passed = new Set([...known, ...logMistakes.map(keyOf)]);
      const fresh = mistakes.filter((mistake) => !passed.has(keyOf(mistake)));
      if (config === undefined || fresh.length > 0) throw new ConfigInvalid(fresh, folder);
      const news = found.notices.filter((notice) => !heard.has(notice));
      heard = new Set(found.notices);
      return { config, found, news };
    }),
  );
};

import { filter, map, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { mistakeLine } from '../config/mistake-line.js';
import { surveyConfig } from '../config/survey-config.js';
import type { Survey } from '../config/survey-config.js';
import type { GatewayConfig } from '../config.js';
import { levelsOf } from './levels-of.js';
import type { Level } from '../log/level-of.js';
import type { RootLog } from '../log.js';

export interface Reloading {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Emits when the files are to be read again. */
  readonly when: Observable<unknown>;
  /** What was said at the start: it is no news. */
  readonly notices: readonly string[];
  /** The levels that connectors' files ask for: kept up to date here. */
  readonly levels: Map<string, Level>;
  readonly log: Pick<RootLog, 'warn' | 'error' | 'hide'>;
}

/**
 * The configuration of a folder, as it is each time it is to be read.
 *
 * Promises: with a mistake in the main file there is none: every mistake is one line of the log, and what runs goes on. What is wrong with a connector's own file is
 * left for that connector to say. Secrets are hidden from the log before anybody sees them. A notice is news once.
 */
export const reloading = ({ folder, env, when, notices, levels, log }: Reloading): Observable<GatewayConfig> => {
  let heard: ReadonlySet<string> = new Set(notices);
  const learn = ({ config, mistakes, notices: now, secrets, connectors }: Survey): void => {
    secrets.forEach(log.hide);
    if (config === undefined) {
      log.error('the main file cannot be used: everything goes on as it is', { list: mistakes.map(mistakeLine) });
      return;
    }
    now.filter((notice) => !heard.has(notice)).forEach((notice) => log.warn(notice));
    heard = new Set(now);
    // Of a file that cannot be read the level stays.
    for (const [name, level] of levelsOf(connectors))
      if (level === undefined) levels.delete(name);
      else levels.set(name, level);
  };
  return when.pipe(
    map(() => surveyConfig(folder, env)),
    tap(learn),
    map(({ config }) => config),
    filter((config) => config !== undefined),
  );
};

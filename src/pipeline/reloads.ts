import { concatMap, map, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import type { ConnectorEntry } from '../config/connector-entry.js';
import type { GatewayConfig } from '../config/gateway-config.js';
import type { Log, Source } from '../model/component.js';
import type { Fate, Opened } from './open-all.js';
import { restartKeys } from './restart-keys.js';

export interface Reloads {
  /** The configuration that the gateway runs with. */
  readonly running: GatewayConfig;
  /** Opens the connectors of a configuration, after those of the one before. */
  readonly open: (config: GatewayConfig) => Observable<Opened>;
  /** Told of the connectors that there are now, and of those among them that begin anew, before these do. */
  readonly learn: (connectors: readonly ConnectorEntry[], begun: readonly ConnectorEntry[]) => void;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

const begins: ReadonlySet<Fate> = new Set<Fate>(['started', 'restarted']);

/** Names by what has become of them; without what has become of none. */
const summary = ({ fates, gone }: Opened): Readonly<Record<string, readonly string[]>> => {
  const of = (fate: Fate): readonly string[] => fates.flatMap(([{ name }, its]) => (its === fate ? [name] : []));
  const all = { started: of('started'), restarted: of('restarted'), stopped: gone };
  const bad = { faulty: of('kept'), disabled: of('disabled') };
  return Object.fromEntries(Object.entries({ ...all, ...bad }).filter(([, names]) => names.length > 0));
};

/**
 * Opens the connectors of each configuration that comes while the gateway runs. Emits the sources by name: equal configuration keeps its source.
 *
 * Promises: one after the other, none is left out. Each is followed by one line of the log that says what has become of which connector, or that nothing has changed. What of the rest of
 * the configuration has changed takes no effect; its keys are named once.
 */
export const reloads = (
  configs: Observable<GatewayConfig>,
  { running, open, learn, log }: Reloads,
): Observable<ReadonlyMap<string, Source>> => {
  let named = '';
  const nameKeys = (config: GatewayConfig): void => {
    const keys = restartKeys(running, config);
    const text = JSON.stringify(keys);
    if (keys.length > 0 && text !== named)
      log.warn('what has changed in the main file takes effect with a restart (gateway_restart, or of the process)', {
        keys,
      });
    named = text;
  };
  const say = (opened: Opened): void => {
    const names = summary(opened);
    const hasChanged = opened.gone.length > 0 || opened.fates.some(([, fate]) => begins.has(fate));
    log.info(
      `the configuration was read again: ${hasChanged ? 'connectors have changed' : 'nothing has changed'}`,
      names,
    );
  };
  return configs.pipe(
    concatMap((config) =>
      open(config).pipe(
        tap((opened) => {
          const begun = opened.fates.flatMap(([entry, fate]) => (begins.has(fate) ? [entry] : []));
          learn(config.connectors, begun);
          say(opened);
          nameKeys(config);
        }),
        map(({ sources }) => sources),
      ),
    ),
  );
};

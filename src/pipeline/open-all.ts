import { catchError, forkJoin, map, of, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import type { ConnectorEntry } from '../config/connector-entry.js';
import type { GatewayConfig } from '../config/gateway-config.js';
import { inLines } from '../log/in-lines.js';
import type { Context, Source } from '../model/component.js';
import { FatalError } from '../model/errors.js';
import { opener } from '../sources/open.js';

/**
 * What opening makes of a connector: it is new, it is another one than before, its new configuration cannot be used so that the one before goes on, there is none
 * that can be used, or nothing has changed.
 */
export type Fate = 'started' | 'restarted' | 'kept' | 'disabled' | 'same';

/** The connectors of a configuration. */
export interface Opened {
  /** Those that can run, by name. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly fates: readonly (readonly [entry: ConnectorEntry, fate: Fate])[];
  /** Names that are not configured any more. */
  readonly gone: readonly string[];
}

interface One {
  readonly entry: ConnectorEntry;
  readonly fate: Fate;
  readonly source?: Source;
}

type Said = Partial<Pick<Context, 'wants' | 'patience'>>;

/** What a connector says of itself while it is opened is told in one piece: an earlier one of its name may have said something that holds no more. */
const collecting = (context: Context, isReplaced: boolean) => {
  const said: {
    wants?: Parameters<NonNullable<Said['wants']>>[0];
    patience?: Parameters<NonNullable<Said['patience']>>[0];
  } = {};
  const { wants, patience } = context;
  return {
    context: {
      ...context,
      ...(wants && { wants: (keysOf) => void (said.wants = keysOf) }),
      ...(patience && { patience: (of) => void (said.patience = of) }),
    } satisfies Context,
    tell: (): void => {
      if (said.wants !== undefined || isReplaced) wants?.(said.wants ?? (() => []));
      if (said.patience !== undefined || isReplaced) patience?.(said.patience ?? (() => 0));
    },
  };
};

/**
 * Makes a function that opens every connector of a configuration, and of one configuration after the other.
 *
 * Promises: emits once for each. A connector whose configuration is the same as before keeps its source; one whose file has mistakes now keeps it, too, and its log lists
 * them; one that never could be opened is disabled and said so. The same mistakes of a connector are said once. One that is gone is said to be disconnected.
 */
export const openAll = (
  context: (name: string) => Context,
  open: ReturnType<typeof opener> = opener(),
): ((config: Pick<GatewayConfig, 'connectors'>) => Observable<Opened>) => {
  let before: ReadonlyMap<string, Source> = new Map();
  let names: ReadonlySet<string> = new Set();
  const said = new Map<string, string>();

  const failed = (entry: ConnectorEntry, own: Context, error: FatalError): One => {
    const { name } = entry;
    const { message: why, code } = error;
    const source = before.get(name);
    const isNews = said.get(name) !== why;
    said.set(name, why);
    if (source !== undefined) {
      const [text, list] = inLines(why);
      if (isNews) own.log.error(`it goes on as it was: ${text}`, { ...list, code });
      return { entry, fate: 'kept', source };
    }
    if (isNews) {
      own.fact({ kind: 'state', who: name, phase: 'disabled', why, code });
      own.fact({ kind: 'alert', who: name, code, text: why });
    }
    return { entry, fate: 'disabled' };
  };
  const openOne = (entry: ConnectorEntry): Observable<One> => {
    const { name } = entry;
    const own = context(name);
    const old = before.get(name);
    const collected = collecting(own, old !== undefined);
    return open(entry, collected.context).pipe(
      map((source): One => {
        said.delete(name);
        if (source === old) return { entry, fate: 'same', source };
        collected.tell();
        return { entry, fate: old === undefined ? 'started' : 'restarted', source };
      }),
      catchError((error: unknown) => {
        if (!(error instanceof FatalError)) throw error;
        return of(failed(entry, own, error));
      }),
    );
  };
  const leave = (name: string): void => {
    said.delete(name);
    context(name).fact({ kind: 'state', who: name, phase: 'disconnected', why: 'it is not configured any more' });
  };

  return ({ connectors }) =>
    (connectors.length === 0 ? of([]) : forkJoin(connectors.map(openOne))).pipe(
      map((all: readonly One[]): Opened => {
        const now = new Set(connectors.map(({ name }) => name));
        return {
          sources: new Map(
            all.flatMap(({ entry: { name }, source }) => (source === undefined ? [] : [[name, source]])),
          ),
          fates: all.map(({ entry, fate }) => [entry, fate]),
          gone: [...names].filter((name) => !now.has(name)),
        };
      }),
      tap(({ sources, fates, gone }) => {
        gone.forEach(leave);
        before = sources;
        names = new Set(fates.map(([{ name }]) => name));
      }),
    );
};

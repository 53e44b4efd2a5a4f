import { catchError, forkJoin, map, of } from 'rxjs';
import type { Observable } from 'rxjs';
import type { GatewayConfig } from '../config/gateway-config.js';
import type { Context, Source } from '../model/component.js';
import { FatalError } from '../model/errors.js';
import { opener } from '../sources/open.js';

/** Opens every configured connector. One that cannot be opened is disabled and said so; the others start. Emits once, with the sources by name. */
export const openAll = (
  { connectors }: Pick<GatewayConfig, 'connectors'>,
  context: (name: string) => Context,
): Observable<ReadonlyMap<string, Source>> => {
  const open = opener();
  const opening = connectors.map((entry) => {
    const own = context(entry.name);
    return open(entry, own).pipe(
      map((source): readonly [string, Source][] => [[entry.name, source]]),
      catchError((error: unknown) => {
        if (!(error instanceof FatalError)) throw error;
        own.fact({ kind: 'state', who: entry.name, phase: 'disabled', why: error.message, code: error.code });
        own.fact({ kind: 'alert', who: entry.name, code: error.code, text: error.message });
        return of([]);
      }),
    );
  });
  return opening.length === 0 ? of(new Map()) : forkJoin(opening).pipe(map((opened) => new Map(opened.flat())));
};

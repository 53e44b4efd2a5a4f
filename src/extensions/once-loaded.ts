import { connect, mergeMap, ReplaySubject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Source } from '../model/component.js';

/** Commands that are held while extensions load, and for how long, in ms. */
const HELD = 1_000;
const HELD_MS = 10_000;

/**
 * A source that is opened with what `loading` gives, each time it is subscribed to. Promises: commands that come while it loads are held for it; asked to stop
 * meanwhile it is opened and stops.
 */
export const onceLoaded =
  <L>(loading: Observable<L>, open: (loaded: L) => Source): Source =>
  (commands) =>
    commands.pipe(
      connect((held) => loading.pipe(mergeMap((loaded) => open(loaded)(held))), {
        connector: () => new ReplaySubject(HELD, HELD_MS),
      }),
    );

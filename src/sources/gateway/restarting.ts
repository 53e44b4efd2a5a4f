import type { Observable } from 'rxjs';

/** How the gateway starts again. */
export interface Restarting {
  /** Completes if it could; errors with the reason why not. */
  readonly check: Observable<never>;
  /** Does it, soon after it was subscribed to; or says why the gateway goes on as it is, and completes. */
  readonly begin: Observable<never>;
}

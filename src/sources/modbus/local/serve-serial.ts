import { asyncScheduler, Observable } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import { serialLine } from '../wire/lines/serial-line.js';
import type { SerialSettings } from '../wire/lines/serial-line.js';
import { slaveBehind } from './slave-behind.js';
import type { Answering } from './slave-behind.js';

/** After so long the rest of a message does not come any more. A device may keep bytes back for some tens of ms. */
const SILENCE_MS = 200;

/** Serves the master of a serial line while subscribed to: emits 0 once it listens, errors when the device cannot be opened or goes away. */
export const serveSerial = (
  answering: Answering,
  { path, name, settings }: { readonly path: string; readonly name: string; readonly settings: SerialSettings },
  scheduler: SchedulerLike = asyncScheduler,
): Observable<number> =>
  new Observable((subscriber) =>
    serialLine(path, settings, name).subscribe({
      next: (line) => {
        const listener = slaveBehind(answering, line.send, () => undefined);
        let heardAt = 0;
        line.listen((chunk) => {
          const now = scheduler.now();
          if (now - heardAt > SILENCE_MS) listener.clear();
          heardAt = now;
          listener.take(chunk);
        });
        subscriber.next(0);
      },
      error: (error: unknown) => subscriber.error(error),
    }),
  );

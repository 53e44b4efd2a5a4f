import { Observable } from 'rxjs';
import type { Writable } from 'node:stream';

/**
 * Writes lines to a stream such as `process.stdout`. Each completes when the stream has handed it over, so that waiting for it is
 * the back-pressure. Errors if the stream has failed.
 */
export const writeTo =
  (stream: Writable) =>
  (line: string): Observable<never> =>
    new Observable((subscriber) => {
      stream.write(line, (error) => {
        if (error) subscriber.error(error);
        else subscriber.complete();
      });
    });

import { appendFile, existsSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { Observable } from 'rxjs';
import { GatewayError } from '../../model/errors.js';
import { makeFolder } from './make-folder.js';
import type { DeadLetters } from './store.js';
import { synced } from './synced.js';

/** Where refused messages are kept, and how many. */
export interface DeadLetterFile {
  /** A file of JSON lines, `{at, reason, message}` each. */
  readonly file: string;
  /** At most so many letters are kept, the newest; an even number, at least 2. Default 10 000. */
  readonly most?: number;
  /** At most so many bytes are kept. Default 64 MiB. */
  readonly bytes?: number;
}

const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0);

/**
 * Keeps refused messages in a file of their own, so that a person can see what the platform did not take and why.
 *
 * Promises: completes after fsync; bounded, by two files of half the size each, of which the older (`….1`) gives way.
 * Errors with `STORAGE_FAILED`; the buffer then keeps the rows and tries again.
 */
export const deadLetterFile = ({ file, most = 10_000, bytes = 64 * 1024 * 1024 }: DeadLetterFile): DeadLetters => {
  /** Two files hold this much each. */
  const half = Math.max(1, Math.floor(most / 2));
  let lines: number | undefined;
  /** Returns the file's size before the letters. */
  const makeRoom = (added: number, addedBytes: number): number => {
    makeFolder(dirname(file));
    if (lines === undefined && sizeOf(file) > 0 && sizeOf(file) < bytes) {
      const found = readFileSync(file, 'latin1');
      lines = found.split('\n').length - 1;
      // Killed in the middle of a letter: its row is still there, and what is left of it would spoil the next one.
      if (!found.endsWith('\n')) truncateSync(file, found.lastIndexOf('\n') + 1);
    }
    lines ??= 0;
    const size = sizeOf(file);
    if (lines > 0 && (lines + added > half || size + addedBytes > bytes / 2)) {
      renameSync(file, `${file}.1`);
      lines = 0;
      return 0;
    }
    return size;
  };
  return (letters) =>
    new Observable((subscriber) => {
      const failed = (error: Error): void =>
        subscriber.error(
          new GatewayError('STORAGE_FAILED', `dead letters cannot be written: ${error.message}`, { cause: error }),
        );
      const newest = letters.slice(-half);
      const text = newest.map(({ at, reason, message }) => `${JSON.stringify({ at, reason, message })}\n`).join('');
      try {
        const before = makeRoom(newest.length, Buffer.byteLength(text));
        appendFile(file, text, { mode: 0o600 }, (error) => {
          try {
            if (error) {
              // Half a letter would spoil the next one.
              if (sizeOf(file) > before) truncateSync(file, before);
              throw error;
            }
            synced(file);
            // A file that is new has a new entry in its folder.
            if (before === 0) synced(dirname(file));
          } catch (thrown) {
            failed(thrown as Error);
            return;
          }
          lines = (lines ?? 0) + newest.length;
          subscriber.complete();
        });
      } catch (error) {
        failed(error as Error);
      }
    });
};

import {
  appendFile,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Observable } from 'rxjs';
import { GatewayError } from '../../model/errors.js';
import type { DeadLetters } from './store.js';

export interface DeadLetterFile {
  /** A file of JSON lines, `{at, reason, message}` each. */
  readonly file: string;
  /** At most so many letters are kept, the newest. Default 10 000. */
  readonly most?: number;
  /** At most so many bytes are kept. Default 64 MiB. */
  readonly bytes?: number;
}

const syncedTo = (file: string): void => {
  const handle = openSync(file, 'a');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

/**
 * Keeps refused messages in a file of their own, so that a person can see what the platform did not take and why.
 *
 * Promises: completes after fsync; bounded, by two files of half the size each, of which the older (`….1`) gives way.
 * Errors with `STORAGE_FAILED`; the buffer then keeps the rows and tries again.
 */
export const deadLetterFile = ({ file, most = 10_000, bytes = 64 * 1024 * 1024 }: DeadLetterFile): DeadLetters => {
  let lines: number | undefined;
  const makeRoom = (added: number): void => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const size = existsSync(file) ? statSync(file).size : 0;
    lines ??= size > 0 && size < bytes ? readFileSync(file, 'latin1').split('\n').length - 1 : 0;
    if (lines > 0 && (lines + added > most / 2 || size > bytes / 2)) {
      renameSync(file, `${file}.1`);
      lines = 0;
    }
    lines += added;
  };
  return (letters) =>
    new Observable((subscriber) => {
      const failed = (error: Error): void =>
        subscriber.error(
          new GatewayError('STORAGE_FAILED', `dead letters cannot be written: ${error.message}`, { cause: error }),
        );
      const text = letters.map(({ at, reason, message }) => `${JSON.stringify({ at, reason, message })}\n`).join('');
      try {
        makeRoom(letters.length);
      } catch (error) {
        failed(error as Error);
        return;
      }
      appendFile(file, text, { mode: 0o600 }, (error) => {
        if (error) {
          failed(error);
          return;
        }
        try {
          syncedTo(file);
          subscriber.complete();
        } catch (thrown) {
          failed(thrown as Error);
        }
      });
    });
};

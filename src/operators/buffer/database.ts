import { Observable } from 'rxjs';
import sqlite3 from 'sqlite3';
import { FatalError, GatewayError } from '../../model/errors.js';
import { StoreFull } from './store-full.js';

/** One SQLite connection. Calls must not overlap a transaction: the caller keeps one lane. Nothing happens before subscription. */
export interface Database {
  /** Runs statements without parameters. */
  readonly exec: (sql: string) => Observable<never>;
  /** Runs one statement; it is prepared once and kept. */
  readonly run: (sql: string, ...parameters: readonly (string | number)[]) => Observable<never>;
  readonly all: <T>(sql: string, ...parameters: readonly (string | number)[]) => Observable<readonly T[]>;
  /** Makes the statement that runs now fail. */
  readonly interrupt: () => void;
  readonly close: () => Observable<never>;
}

/** Says what the caller can do about an error of SQLite. */
const named = (error: Error & { code?: string }): GatewayError => {
  const cause = { cause: error };
  switch (error.code) {
    case 'SQLITE_FULL':
      return new StoreFull(cause);
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return new FatalError('STORAGE_LOCKED', 'another process uses this data folder', cause);
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return new FatalError('STORAGE_DAMAGED', error.message, cause);
    default:
      return new GatewayError('STORAGE_FAILED', error.message, cause);
  }
};

/** Opens a file; emits the connection once and stays open until `close` or until it is unsubscribed. */
export const database = (file: string): Observable<Database> =>
  new Observable<Database>((subscriber) => {
    const statements = new Map<string, sqlite3.Statement>();
    let open = false;
    /** A statement that could not be prepared would never answer, so it is only used once it is. */
    const withPrepared = (sql: string, use: (statement: sqlite3.Statement) => void, failed: (error: Error) => void) => {
      const known = statements.get(sql);
      if (known) {
        use(known);
        return;
      }
      const fresh = connection.prepare(sql, (error) => {
        if (error) {
          statements.delete(sql);
          failed(error);
        } else if (open) use(fresh);
      });
      // Known from now on, so that a close in between finds it.
      statements.set(sql, fresh);
    };
    const shut = (done: (error: Error | null) => void): void => {
      open = false;
      for (const statement of statements.values()) statement.finalize();
      statements.clear();
      connection.close(done);
    };
    const answer = (start: (done: (error: Error | null) => void) => void): Observable<never> =>
      new Observable((observer) => {
        start((error) => {
          if (error) observer.error(named(error));
          else observer.complete();
        });
      });

    const connection = new sqlite3.Database(file, (error) => {
      if (error) {
        subscriber.error(named(error));
        return;
      }
      open = true;
      subscriber.next({
        exec: (sql) => answer((done) => void connection.exec(sql, done)),
        run: (sql, ...parameters) =>
          answer((done) => withPrepared(sql, (statement) => void statement.run(parameters, done), done)),
        all: <T>(sql: string, ...parameters: readonly (string | number)[]) =>
          new Observable<readonly T[]>((observer) => {
            const failed = (error: Error): void => observer.error(named(error));
            const read = (statement: sqlite3.Statement): void => {
              statement.all(parameters, (failure: Error | null, rows: T[]) => {
                if (failure) failed(failure);
                else {
                  observer.next(rows);
                  observer.complete();
                }
              });
            };
            withPrepared(sql, read, failed);
          }),
        interrupt: () => connection.interrupt(),
        close: () => answer(shut),
      });
    });
    return () => {
      if (open) shut(() => undefined);
    };
  });

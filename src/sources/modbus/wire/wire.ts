import type { Observable } from 'rxjs';
import type { Endpoint } from '../endpoint-of.js';
import type { Slave } from '../config/slave.js';
import type { Write } from '../values/write-of.js';

/** One request to read, as it goes on the wire. */
export interface ReadRequest {
  readonly unitId: number;
  readonly functionCode: 1 | 2 | 3 | 4;
  /** The first register or bit, counted from 0. */
  readonly address: number;
  /** How many. */
  readonly count: number;
}

/**
 * A connection that stands. One request at a time: who uses it waits for the end of one before the next.
 *
 * Promises: nothing is sent before the result is subscribed to. `read` emits the bytes behind the count of bytes, once, and completes; `write` completes
 * when the slave has said that it is done. Both error with a `SlaveException` when the slave answers with one, with a `NoAnswer` after `timeoutMs`, with a
 * ProtocolError when the answer cannot be understood, with a ConnectionError when the connection has ended. An answer that comes too late is never taken
 * for that of a later request.
 */
export interface Wire {
  readonly read: (request: ReadRequest, timeoutMs: number) => Observable<Buffer>;
  readonly write: (unitId: number, write: Write, timeoutMs: number) => Observable<never>;
}

/** What of a slave's configuration says how it is connected to. */
export type WireSettings = Pick<
  Slave,
  'method' | 'tls' | 'timeout' | 'baudrate' | 'bytesize' | 'stopbits' | 'parity' | 'handleLocalEcho'
>;

/**
 * Makes one connection on subscription: emits a {@link Wire} when it stands, errors with a ConnectionError when it cannot be made within the slave's
 * `timeout`, or when it is lost. Never completes. Unsubscribing closes it.
 */
export type Connect = (endpoint: Endpoint, settings: WireSettings) => Observable<Wire>;

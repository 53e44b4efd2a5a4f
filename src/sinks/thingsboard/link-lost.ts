import type { ErrorCode } from '../../model/errors.js';
import { ConnectionError } from '../../model/errors.js';

export interface Loss {
  /** Reason code of the CONNACK or the DISCONNECT; absent if the connection just ended. */
  readonly reason?: number;
  /** The publish that was not acknowledged in time, if that was why. */
  readonly overdue?: unknown;
  /** Control messages were in flight too, and may have been why. */
  readonly control?: boolean;
}

/** The connection to the platform could not be made or ended. The receiver reconnects, with backoff. */
export class LinkLost extends ConnectionError {
  readonly reason: number | undefined;
  readonly overdue: unknown;
  readonly control: boolean;
  constructor(code: ErrorCode, message: string, { reason, overdue, control = false }: Loss = {}) {
    super(code, message);
    this.reason = reason;
    this.overdue = overdue;
    this.control = control;
  }
}

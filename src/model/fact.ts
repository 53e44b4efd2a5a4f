import type { ErrorCode } from './errors.js';

/** The life cycle of a connector, and of the connection to the platform. */
export type Phase =
  'initialized' | 'connecting' | 'connected' | 'polling' | 'disconnected' | 'reconnecting' | 'refused' | 'disabled';

/** A component entered a phase. `refused`: the peer refused the credentials, the next try is at least a minute away. */
export interface State {
  readonly kind: 'state';
  readonly who: string;
  readonly phase: Phase;
  readonly why?: string;
  readonly code?: ErrorCode;
  /** Of a failed connection: failures in a row, from 1. */
  readonly attempt?: number;
  /** Of a failed connection: how long until the next try, in ms. */
  readonly retryInMs?: number;
}

/** What is counted. Those before `tooLarge` obey: received = delivered + queued + all dropped. */
export type Counter =
  | 'received' // messages that the buffer admitted (and what it dropped at admission)
  | 'delivered' // messages that the platform acknowledged
  | 'dropped.oldest' // removed to make room, as configured
  | 'dropped.newest' // refused for want of room, as configured
  | 'dropped.expired' // older than the configured time to live
  | 'dropped.refused' // refused by the platform for good: now a dead letter
  | 'dropped.damaged' // unreadable in a damaged file
  | 'tooLarge' // refused at admission: no storage could ever hold it
  | 'tooMany' // refused at admission: of a device beyond those that may be known
  | 'shed' // refused because a source that cannot wait was too fast
  | 'filtered' // from or of a device that the device filter keeps out
  | 'unremembered' // passed because the memory of the report strategies was full
  | 'failed' // could not be converted
  | 'empty' // converted, and held none of the values that its mapping asks for
  | 'collided' // stamped more than a second ahead of the clock
  | 'untaken' // attribute updates and answers of the platform that no connector took
  | 'late' // replies that came after the deadline of their request, or a second time
  | 'skipped' // ticks of a poll that found the pipeline busy
  | 'published' // publishes that the platform acknowledged
  | 'redelivered'; // publishes sent again

/** Something happened `n` times. */
export interface Count {
  readonly kind: 'count';
  readonly who: string;
  readonly counter: Counter;
  readonly n: number;
}

/** Messages and bytes that wait in the buffer now, and devices that are connected. */
export interface Depth {
  readonly kind: 'depth';
  readonly who: string;
  readonly records: number;
  readonly bytes: number;
  readonly devices?: number;
  /** Said with the first depth of a run: what the storage has counted in its whole life. Counts add to it. */
  readonly sums?: Readonly<Partial<Record<Counter, number>>>;
}

/** Something that a person should look at. Repeated ones are folded by the log. */
export interface Alert {
  readonly kind: 'alert';
  readonly who: string;
  readonly code: ErrorCode;
  readonly text: string;
}

/** What happened, said beside the stream: statistics, logs, health and tests read it. */
export type Fact = State | Count | Depth | Alert;

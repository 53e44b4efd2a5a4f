import type { Json, Values } from '../../../model/message.js';

/** One HTTP request, read as a whole. */
export interface Received {
  readonly method: string;
  /** What stands in the place of the path's `{name}`s. */
  readonly params: Values;
  /** The query; of a name that comes several times the first value. */
  readonly query: Values;
  readonly contentType: string;
  /** The body, or the fields of a multipart one. Absent: there is none. */
  readonly body?: Buffer | Values;
}

/** What a request is answered. */
export interface Answer {
  readonly status: number;
  /** A text as it is, anything else as JSON. Absent: an empty body. */
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that waits for its answer. */
export interface Exchange<R> {
  /** What its endpoint and method stand for. */
  readonly rule: R;
  readonly received: Received;
  /** The first answer counts. */
  readonly respond: (answer: Answer) => void;
  /** Calls back when it is answered, or its sender has gone. */
  readonly onClosed: (then: () => void) => void;
  /** Nothing of the request lies in memory any more: its place is free for another one. To be called exactly once. */
  readonly release: () => void;
}

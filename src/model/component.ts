import type * as t from 'io-ts';
import type { Observable, OperatorFunction } from 'rxjs';
import type { Problem } from './codec.js';
import type { Command, Rpc } from './command.js';
import type { Envelope } from './envelope.js';
import type { Fact } from './fact.js';
import type { Message } from './message.js';

/**
 * Where messages come from: a function from the commands that its devices receive to the messages that they send.
 * Completing `commands` asks it to stop: it ends its intake, settles what it has, and completes.
 */
export type Source = (commands: Observable<Command>) => Observable<Envelope<Message>>;

/** A step between source and sink. One that drops a value settles it. */
export type Operator<A = Message, B = A> = OperatorFunction<Envelope<A>, Envelope<B>>;

/** Where messages go: acknowledges what it has delivered, and emits the commands that come back. */
export type Sink = (messages: Observable<Envelope<Message>>) => Observable<Command>;

/** Where a component writes what a person may read. Details are fields, never pasted into the text. */
export interface Log {
  readonly debug: (text: string, details?: Readonly<Record<string, unknown>>) => void;
  readonly info: (text: string, details?: Readonly<Record<string, unknown>>) => void;
  readonly warn: (text: string, details?: Readonly<Record<string, unknown>>) => void;
  readonly error: (text: string, details?: Readonly<Record<string, unknown>>) => void;
}

/** What a connector has exchanged with its devices since it was opened. Only grows. */
export interface Exchanged {
  /** Messages, and the bytes of their payload. */
  readonly received: number;
  readonly receivedBytes: number;
  readonly sent: number;
  readonly sentBytes: number;
  /** Of a connector that polls: its polls. Absent: it does not poll. */
  readonly polls?: number;
  /** Ticks of its schedules that brought no poll. Absent: it does not poll. */
  readonly pollsSkipped?: number;
  /** By how many ms all its polls together began late. Absent: it does not poll. */
  readonly pollsLateMs?: number;
}

/** What a component is given when it is opened. */
export interface Context {
  /** The component's name in the configuration. */
  readonly name: string;
  readonly log: Log;
  readonly fact: (fact: Fact) => void;
  /** The folder that relative file names of the configuration start from. */
  readonly folder: string;
  /** Takes a function that says what was exchanged so far. It is asked once per period of the statistics. Absent: nobody asks. */
  readonly meter?: (read: () => Exchanged) => void;
  /**
   * Takes a function that names the shared attributes a device wants to be told when it connects: what the platform has of them comes as an attribute
   * update. Said when the connector is opened, if at all. Absent: nobody asks.
   */
  readonly wants?: (keysOf: (device: string) => readonly string[]) => void;
  /**
   * Takes a function that says how long a call may take from when it is begun, in ms: the gateway waits so long for the answer, counted from the last moment
   * when a call may be begun (9.5 s after it came), where that is longer than it waits by itself. 0: no longer. It never throws. Said when the connector is opened, if at all. Absent: nobody asks.
   */
  readonly patience?: (of: (rpc: Rpc) => number) => void;
}

/** What a connector module exports by default. */
export interface Connector<C> {
  readonly type: string;
  /** io-ts codec of the connector's own file, with its defaults. */
  readonly config: t.Type<C, unknown>;
  /**
   * What is wrong around a configuration that decodes, such as a file that is not there: for `check`. `folder` is where relative file names start. Opens
   * nothing. Default: nothing is.
   */
  readonly mistakes?: (config: C, folder: string) => readonly Problem[];
  /** What would be asked of the devices, for a person to read: for `plan`. Opens nothing. Absent: the connector asks for nothing by itself. */
  readonly plan?: (config: C) => string;
  /** Makes the source. Nothing is connected before the source is subscribed to. */
  readonly open: (config: C, context: Context) => Source;
}

/** Names a connector's parts and infers its configuration's type. */
export const connector = <C>(parts: Connector<C>): Connector<C> => parts;

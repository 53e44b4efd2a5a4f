/** What listens to the bytes of a connection. `adu` is the unit and what it is told or says: without header, transaction or check. */
export interface Ears {
  /**
   * How many bytes the message has that begins at this place, with its check: 0 if none begins there, -1 if that cannot be told yet. Only rtu asks: its
   * messages have neither a mark nor a length.
   */
  readonly lengthAt: (bytes: Buffer, at: number) => number;
  /** A whole message. `transaction` is 0 where messages have no number. */
  readonly onMessage: (adu: Buffer, transaction: number) => void;
  /** What came looked like a message and was none. */
  readonly onGarbled: (why: string) => void;
  /** Where messages begin cannot be told any more: the connection is of no use. */
  readonly onLost: (why: string) => void;
}

/** Finds messages in bytes as they come, in pieces of any size. Holds no more than one message. Never throws. */
export interface Listener {
  readonly take: (chunk: Buffer) => void;
  /** Forgets the beginning of a message that has not come whole. */
  readonly clear: () => void;
}

/** How messages are set into bytes. */
export interface Framing {
  /** Whether a message carries the number of its request. */
  readonly numbered: boolean;
  readonly frame: (adu: Buffer, transaction: number) => Buffer;
  readonly listener: (ears: Ears) => Listener;
}

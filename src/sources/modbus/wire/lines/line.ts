/** A connection that stands, as bytes. */
export interface Line {
  /** Whether the bytes come as datagrams, each of them a whole message. */
  readonly datagrams: boolean;
  readonly send: (bytes: Buffer) => void;
  /** Says who takes what comes. Called once, when the line stands. */
  readonly listen: (take: (chunk: Buffer) => void) => void;
}

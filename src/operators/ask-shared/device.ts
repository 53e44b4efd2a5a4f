/** A device, and what one connector that speaks for it wants to know. */
export interface Device {
  readonly name: string;
  readonly connector: string;
  readonly keys: readonly string[];
  /** What is still to be asked on this connection, a question each. */
  due: (readonly string[])[];
  refused: boolean;
}

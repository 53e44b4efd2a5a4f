/** One PUBLISH to devices. */
export interface Publication {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly retain: boolean;
  readonly qos: 0 | 1;
}

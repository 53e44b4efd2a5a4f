/** One PUBLISH as the device broker sent it. */
export interface Raw {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retained: boolean;
}

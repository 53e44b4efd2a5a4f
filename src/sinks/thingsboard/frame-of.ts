import { GATEWAY_DEVICE } from '../../model/message.js';
import { remembered } from '../../operators/extract/remembered.js';

/** Bytes that a device name adds to a payload: `{`, `"name"`, `:`, the brackets, `}`. Asked for each message, so the last names are remembered. */
export const frameOf = remembered(
  (device: string): number => (device === GATEWAY_DEVICE ? 2 : Buffer.byteLength(JSON.stringify(device)) + 6),
  10_000,
);

import { GATEWAY_DEVICE } from '../../model/message.js';
import type { Data, Values } from '../../model/message.js';

/** Values of the gateway itself: telemetry of this moment, if there is any, and attributes. */
export const ownData = (ts: number, telemetry: Values, attributes: Values = {}): Data => ({
  kind: 'data',
  device: GATEWAY_DEVICE,
  profile: 'default',
  telemetry: Object.keys(telemetry).length === 0 ? [] : [{ ts, values: telemetry }],
  attributes,
});

import type { DeviceRequest } from '../config/device-request.js';
import { deviceName } from './device-name.js';
import type { Reader } from '../uplink/reader.js';

/**
 * Compiles a connect or disconnect request: its messages say that a device is there, or has gone. A placeholder that finds nothing stays as text,
 * as in a converter.
 */
export const deviceRequests = (
  kind: 'connected' | 'disconnected',
  request: DeviceRequest,
): ((topic: string) => Reader) => {
  const { nameOf, profileOf } = deviceName(request.deviceInfo);
  return (topic) => (message) => {
    const device = nameOf(topic, message);
    return [kind === 'connected' ? { kind, device, profile: profileOf(topic, message) } : { kind, device }];
  };
};

import type { Device } from './device.js';

/** Whether a connector is among those that have spoken for a device. Asked of every message; nearly every device has one connector. */
export const hasSpoken = (connector: string, of: readonly Device[] | undefined): boolean =>
  of !== undefined && (of[0]?.connector === connector || of.some((device) => device.connector === connector));

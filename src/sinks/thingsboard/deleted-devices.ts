import type { Command } from '../../model/command.js';
import { isRecord } from './parse-json.js';

/**
 * The devices that the platform says no longer exist under these names. They are announced again before their next data, or the
 * platform would make them anew under the profile `default`. Source: the platform's MQTT contract, §4.5, §6.3.
 */
export const deletedDevices = (command: Command): readonly string[] => {
  if (command.kind !== 'rpc' || command.device !== undefined) return [];
  const { method, params } = command;
  if (method === 'gateway_device_deleted' && typeof params === 'string') return [params];
  if (method !== 'gateway_device_renamed' || !isRecord(params)) return [];
  return Object.entries(params).flatMap(([old, now]) => (old === now ? [] : [old]));
};

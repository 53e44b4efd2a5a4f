import type { Command } from '../../model/command.js';
import { isRecord } from './parse-json.js';

/** The devices that the platform says it has renamed: old name and new one. Source: the platform's MQTT contract, §6.3. */
export const renamedDevices = (command: Command): readonly (readonly [string, string])[] => {
  if (command.kind !== 'rpc' || command.device !== undefined || command.method !== 'gateway_device_renamed') return [];
  if (!isRecord(command.params)) return [];
  return Object.entries(command.params).flatMap(([old, now]) =>
    typeof now === 'string' && now !== '' && now !== old ? [[old, now] as const] : [],
  );
};

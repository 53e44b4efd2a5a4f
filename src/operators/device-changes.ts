import type { Command } from '../model/command.js';
import { GATEWAY_DEVICE } from '../model/message.js';
import type { Json } from '../model/message.js';

/** What the platform says has become of devices. */
export interface DeviceChanges {
  readonly renamed: readonly (readonly [old: string, now: string])[];
  readonly deleted: readonly string[];
}

const nothing: DeviceChanges = { renamed: [], deleted: [] };

const isName = (json: Json | undefined): json is string =>
  typeof json === 'string' && json !== '' && json !== GATEWAY_DEVICE;
const isList = (json: Json): json is readonly Json[] => Array.isArray(json);

const renamedIn = (params: Json): DeviceChanges['renamed'] =>
  typeof params !== 'object' || params === null || isList(params)
    ? []
    : Object.entries(params).flatMap(([old, now]) =>
        isName(old) && isName(now) && old !== now ? [[old, now] as const] : [],
      );

const deletedIn = (params: Json): DeviceChanges['deleted'] => {
  const name = isList(params) ? params[0] : params;
  return isName(name) ? [name] : [];
};

/**
 * Reads the requests `gateway_device_renamed` (`{"old": "new"}`) and `gateway_device_deleted` (a name, or a list that begins with it); any other command
 * changes nothing. Names that are none, and the one that stands for the gateway itself, are passed over. Source: the platform's MQTT contract, §6.3.
 */
export const deviceChanges = (command: Command): DeviceChanges => {
  if (command.kind !== 'rpc' || command.device !== undefined) return nothing;
  const { method, params } = command;
  if (method === 'gateway_device_renamed') return { renamed: renamedIn(params), deleted: [] };
  if (method === 'gateway_device_deleted') return { renamed: [], deleted: deletedIn(params) };
  return nothing;
};

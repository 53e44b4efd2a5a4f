import { defer, map } from 'rxjs';
import type { Command, Rpc } from '../model/command.js';
import type { Sink } from '../model/component.js';
import type { Envelope } from '../model/envelope.js';
import { replace } from '../model/envelope.js';
import type { Json, Message } from '../model/message.js';

/** A device's own name, and the one that the platform has given it. */
export type Renamed = readonly [own: string, now: string];

export interface RenameDevices {
  /** What earlier runs were told. */
  readonly known?: Iterable<Renamed>;
  /** Told of all that are renamed, after each change. */
  readonly save?: (all: readonly Renamed[]) => void;
}

const isRecord = (json: Json): json is Readonly<Record<string, Json>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
const nameIn = (params: Json): string | undefined => {
  const name: unknown = Array.isArray(params) ? params[0] : params;
  return typeof name === 'string' && name !== '' ? name : undefined;
};

/**
 * Stands around a sink and knows the names that the platform has given to devices: messages leave under the new name, commands come back under the
 * device's own. Within the gateway a device never changes its name, so what waits on disk needs no change.
 *
 * Promises: a name that is changed twice is one change; a device that gets its own name back, or is deleted, is no longer renamed. The
 * requests `gateway_device_renamed` and `gateway_device_deleted` pass on with the devices' own names. Source: core specification, §13.
 */
export const renameDevices =
  ({ known = [], save = () => undefined }: RenameDevices = {}) =>
  (sink: Sink): Sink =>
  (messages) =>
    defer(() => {
      const now = new Map<string, string>(known);
      const own = new Map([...now].map(([name, given]) => [given, name]));
      const ownOf = (name: string): string => own.get(name) ?? name;

      const forget = (name: string): boolean => {
        const given = now.get(name);
        if (given === undefined) return false;
        now.delete(name);
        if (own.get(given) === name) own.delete(given);
        return true;
      };
      const rename = (name: string, given: string): void => {
        forget(name);
        if (name === given) return;
        now.set(name, given);
        own.set(given, name);
      };
      const renamed = (command: Rpc, params: Readonly<Record<string, Json>>): Command => {
        const changes = Object.entries(params).flatMap(([old, given]): Renamed[] =>
          typeof given === 'string' && given !== '' && given !== old ? [[ownOf(old), given]] : [],
        );
        for (const [name, given] of changes) rename(name, given);
        if (changes.length > 0) save([...now]);
        return { ...command, params: Object.fromEntries(changes) };
      };
      const deleted = (command: Rpc, name: string): Command => {
        const device = ownOf(name);
        if (forget(device)) save([...now]);
        return { ...command, params: device };
      };

      const up = (item: Envelope<Message>): Envelope<Message> => {
        if (now.size === 0) return item;
        const { value } = item;
        const given = value.device === undefined ? undefined : now.get(value.device);
        return given === undefined ? item : replace(item, { ...value, device: given });
      };
      const down = (command: Command): Command => {
        const { device } = command;
        if (device !== undefined) return own.has(device) ? { ...command, device: ownOf(device) } : command;
        if (command.kind !== 'rpc') return command;
        const { method, params } = command;
        if (method === 'gateway_device_renamed' && isRecord(params)) return renamed(command, params);
        const name = method === 'gateway_device_deleted' ? nameIn(params) : undefined;
        return name === undefined ? command : deleted(command, name);
      };
      return sink(messages.pipe(map(up))).pipe(map(down));
    });

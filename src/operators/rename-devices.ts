import { defer, map } from 'rxjs';
import type { Command, Rpc } from '../model/command.js';
import type { Sink } from '../model/component.js';
import type { Envelope } from '../model/envelope.js';
import { replace } from '../model/envelope.js';
import type { Message } from '../model/message.js';
import { deviceChanges } from './device-changes.js';

/** A device's own name, and the one that the platform has given it. */
export type Renamed = readonly [own: string, now: string];

export interface RenameDevices {
  /** What earlier runs were told. */
  readonly known?: Iterable<Renamed>;
  /** Told of all that are renamed, after each change. */
  readonly save?: (all: readonly Renamed[]) => void;
}

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
      const renamed = (command: Rpc, changes: readonly Renamed[]): Command => {
        const ours = changes.map(([old, given]): Renamed => [ownOf(old), given]);
        for (const [name, given] of ours) rename(name, given);
        save([...now]);
        return { ...command, params: Object.fromEntries(ours) };
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
        const changes = deviceChanges(command);
        if (changes.renamed.length > 0) return renamed(command, changes.renamed);
        const [name] = changes.deleted;
        return name === undefined ? command : deleted(command, name);
      };
      return sink(messages.pipe(map(up))).pipe(map(down));
    });

import type { Command, Rpc } from '../../model/command.js';
import { GATEWAY_DEVICE } from '../../model/message.js';
import type { Json } from '../../model/message.js';
import type { Directed } from '../fleet.js';
import type { Roster } from '../roster.js';
import { apologies } from './apologies.js';

export interface RoutesOptions {
  readonly roster: Roster;
  /** The type of each connector by its name. */
  readonly types: ReadonlyMap<string, string>;
  /** The source that answers for the gateway itself. */
  readonly own: string | undefined;
}

/** Who a command is for. */
export interface Routes {
  /** The sources that a request goes to; else the answer that says why there is none. */
  readonly ofRequest: (rpc: Rpc) => readonly string[] | { readonly why: Json };
  /** The source that anything else goes to. */
  readonly ofOther: (command: Exclude<Command, Rpc>) => string | undefined;
  /** The answer where the source of this name does not take a request. */
  readonly refusal: (name: string, why: Parameters<Directed['refuse']>[0]) => Json;
}

/**
 * Knows the way of each command: by the owner of its device, by the type in the name of its method, by the connector that asked. The device that
 * stands for the gateway is none.
 */
export const routes = ({ roster, types, own }: RoutesOptions): Routes => {
  const ofType = (method: string): readonly string[] => {
    const type = method.slice(0, Math.max(0, method.indexOf('_'))).toLowerCase();
    return type === '' ? [] : [...types].filter(([, each]) => each === type).map(([name]) => name);
  };
  const ofDevice = (device: string | undefined): string | undefined =>
    device === undefined || device === GATEWAY_DEVICE ? own : roster.ownerOf(device);
  return {
    ofRequest: ({ device, method }) => {
      const named = device === undefined ? ofType(method) : [];
      if (named.length > 0) return named;
      const to = ofDevice(device);
      if (to !== undefined) return [to];
      return { why: device === undefined ? apologies.noMethod : apologies.noDevice(device) };
    },
    ofOther: (command) =>
      (command.kind === 'attributeValues' ? command.connector : undefined) ?? ofDevice(command.device),
    refusal: (name, why) => {
      if (why === 'busy') return apologies.overloaded;
      return why === 'absent' && name !== own && !types.has(name)
        ? apologies.noConnector(name)
        : apologies.notRunning(name);
    },
  };
};

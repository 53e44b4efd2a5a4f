import { GATEWAY_DEVICE } from '../model/message.js';
import type { Message } from '../model/message.js';

/** A device and the connector that it belongs to. */
export interface Owned {
  readonly device: string;
  readonly connector: string;
}

/** Who owns which device. */
export interface Roster {
  /** The sender of this message owns its device from now on. */
  readonly learn: (message: Message) => void;
  readonly ownerOf: (device: string) => string | undefined;
  /** The device is gone for good; its next message makes it known again. */
  readonly forget: (device: string) => void;
  /** Devices and their connectors, as they are now. */
  readonly owners: () => Iterable<readonly [device: string, connector: string]>;
  /** How many messages of devices each connector has sent. */
  readonly produced: () => ReadonlyMap<string, number>;
}

/**
 * The devices that are known, each with the connector that last spoke for it: where commands go.
 *
 * Promises: a device that has left keeps its connector, for the command may be what wakes it; two words of memory for each device. One that is not
 * admitted is not known (default: all are), nor is one of which the gateway itself had the last word in an earlier run: it was deleted. `onChange` is told of each device that has come to another connector than before.
 */
export const roster = (
  known: Iterable<Owned> = [],
  onChange?: (device: string) => void,
  admits: (device: string, connector: string) => boolean = () => true,
): Roster => {
  const owners = new Map<string, string>();
  const produced = new Map<string, number>();
  for (const { device, connector } of known)
    if (connector !== '' && connector !== GATEWAY_DEVICE && admits(device, connector)) owners.set(device, connector);
  return {
    learn: (message) => {
      if (message.kind === 'reply' || message.kind === 'disconnected') return;
      const { device, connector } = message;
      if (connector === undefined || device === GATEWAY_DEVICE) return;
      produced.set(connector, (produced.get(connector) ?? 0) + 1);
      if (owners.get(device) === connector || !admits(device, connector)) return;
      owners.set(device, connector);
      onChange?.(device);
    },
    ownerOf: (device) => owners.get(device),
    forget: (device) => void owners.delete(device),
    owners: () => owners,
    produced: () => produced,
  };
};

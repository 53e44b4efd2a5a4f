import { map } from 'rxjs';
import type { Operator } from '../model/component.js';
import { envelope } from '../model/envelope.js';
import type { Message } from '../model/message.js';

export interface Introduce {
  /** Devices that have come to a connector, and whose data has not said so yet. */
  readonly fresh: Set<string>;
  /** The type of each connector by its name. */
  readonly types: ReadonlyMap<string, string>;
}

/**
 * Tells the platform by which connector a device is connected: the client attributes `connectorType` and `connectorName` go with the first
 * data of a device that is fresh.
 *
 * Promises: once for each device and connector, and again if that data was not taken; attributes of these names that the device has itself win.
 * Source: core specification, §13.
 */
export const introduce =
  ({ fresh, types }: Introduce): Operator =>
  (source) =>
    source.pipe(
      map((item) => {
        const { value } = item;
        if (fresh.size === 0 || value.kind !== 'data' || value.connector === undefined) return item;
        const { device, connector } = value;
        const type = types.get(connector);
        if (type === undefined || !fresh.delete(device)) return item;
        const attributes = { connectorType: type, connectorName: connector, ...value.attributes };
        return envelope<Message>({ ...value, attributes }, item.ack, (why) => {
          fresh.add(device);
          item.nack(why);
        });
      }),
    );

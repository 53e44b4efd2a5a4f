import * as t from 'io-ts';
import { optional, pending, refine, required, section } from '../model/codec.js';

const text = refine(t.string, (value) => value.trim() !== '', 'a text that is not empty');

const lowerCased = new t.Type<string, unknown, unknown>(
  'a connector type such as "mqtt"',
  t.string.is,
  (input, context) =>
    typeof input === 'string' && input.trim() !== ''
      ? t.success(input.trim().toLowerCase())
      : t.failure(input, context),
  t.identity,
);

/** One item of `connectors` in the main file (core.md §4.6). */
export const connectorEntry = section('a connector: {"name", "type", "configuration"}', {
  name: required(text, 'Unique. Names the connector in logs and on the platform.'),
  type: required(
    lowerCased,
    'The protocol: mqtt, modbus, opcua and so on, or the folder of a connector of your own. Upper and lower case are the same.',
  ),
  configuration: required(text, 'The connector’s own file, relative to the folder of the main file.'),
  class: optional(
    t.string,
    'A connector of your own: the module `extensions/TYPE/CLASS.js` (or `.mjs`) in the configuration folder. Without it, of a type that is none of ours, `extensions/TYPE/TYPE.js`.',
  ),
  key: pending(optional(t.string, 'The key of a connector that runs as a process of its own.')),
  useGRPCForce: pending(optional(t.boolean, 'Run a built-in connector as a process of its own.')),
});

export type ConnectorEntry = t.TypeOf<typeof connectorEntry>;

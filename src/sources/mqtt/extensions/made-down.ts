import type { AttributeUpdate, Rpc } from '../../../model/command.js';
import type { LoadedConverter } from '../../../extensions/load-converter.js';
import { makeHalf } from '../../../extensions/make-half.js';
import type { MqttDownConfig } from '../converter.js';
import type { CustomRule } from './custom-rules.js';

/** The way down of a user's converter. It throws what the user's code throws. */
export type Down = (command: AttributeUpdate | Rpc) => unknown;

/** Ways down by the label of their rule, or the reason why there is none. */
export type Downs = ReadonlyMap<string, Down | Error>;

/** Makes the way down of a loaded converter for one rule. Throws nothing. */
export const madeDown = (loaded: LoadedConverter | Error, rule: CustomRule['rule']): Down | Error =>
  makeHalf(loaded, 'down', { extensionConfig: rule.extensionConfig ?? {}, rule } satisfies MqttDownConfig);

/** The way down of the rule with this label; one that is not there says so when it is used. */
export const downOf = (downs: Downs, label: string): Down => {
  const down = downs.get(label) ?? new Error('its converter was not loaded');
  if (!(down instanceof Error)) return down;
  return () => {
    throw new Error(`${label}: ${down.message}`);
  };
};

import type { AttributeUpdate } from '../../../model/command.js';
import type { Json } from '../../../model/message.js';
import { search } from '../../../operators/extract/search.js';
import { textOf } from '../../../operators/extract/text-of.js';
import type { AttributeUpdateRule } from '../config/attribute-update.js';
import { fillPlaceholders } from '../../../operators/extract/fill-placeholders.js';
import type { Publication } from '../connection/publication.js';
import { downOf } from '../extensions/made-down.js';
import type { Downs } from '../extensions/made-down.js';
import { outgoing } from '../extensions/outgoing.js';
import { publishedOn } from './published-on.js';

/** True where the expression matches from the first character on; it need not match to the end. */
const beginsWith = (expression: string): ((text: string) => boolean) => {
  const find = search(expression);
  return (text) => find(text)?.index === 0;
};

const wordsOf = (device: string, key: string, value: Json): ReadonlyMap<string, string> =>
  new Map([
    ['deviceName', device],
    ['attributeKey', key],
    ['attributeValue', textOf(value)],
  ]);

/**
 * Compiles the `attributeUpdates` rules: each value that changed is published by each rule that fits its device and name. A value that was
 * deleted is not, unless the rule has a converter of the user's own: that is told of both, once for all that fits.
 *
 * Promises: what one value or rule throws (a topic that cannot be, a search that takes too long) goes to `fail` and costs the others nothing.
 */
export const attributeUpdates = (
  rules: readonly AttributeUpdateRule[],
  downs: Downs = new Map(),
): ((update: AttributeUpdate, fail: (error: unknown) => void) => readonly Publication[]) => {
  const compiled = rules.map(
    ({ deviceNameFilter, attributeFilter, topicExpression, valueExpression = '', extension, retain, qos }, i) => ({
      fitsDevice: beginsWith(deviceNameFilter),
      fitsKey: beginsWith(attributeFilter),
      topicOf: fillPlaceholders(topicExpression),
      payloadOf: fillPlaceholders(valueExpression),
      retain,
      qos: qos > 0 ? (1 as const) : (0 as const),
      down: extension === undefined ? undefined : downOf(downs, `attributeUpdates[${i}]`),
    }),
  );
  return ({ device = '', values, deleted }, fail) =>
    compiled.flatMap(({ fitsDevice, fitsKey, topicOf, payloadOf, retain, qos, down }) => {
      try {
        if (!fitsDevice(device)) return [];
      } catch (error) {
        fail(error);
        return [];
      }
      if (down !== undefined) {
        try {
          const fitting = Object.entries(values).filter(([key]) => fitsKey(key));
          const gone = deleted.filter(fitsKey);
          if (fitting.length + gone.length === 0) return [];
          const [key = gone[0] ?? '', value = null] = fitting[0] ?? [];
          const words = wordsOf(device, key, value);
          const topic = (): string => topicOf({ words });
          const changed = {
            kind: 'attributeUpdate',
            device,
            values: Object.fromEntries(fitting),
            deleted: gone,
          } as const;
          return outgoing(down(changed), { topic, retain, qos });
        } catch (error) {
          fail(error);
          return [];
        }
      }
      return Object.entries(values).flatMap(([key, value]): readonly Publication[] => {
        try {
          if (!fitsKey(key)) return [];
          const words = wordsOf(device, key, value);
          return [{ topic: publishedOn(topicOf({ words })), payload: payloadOf({ words }), retain, qos }];
        } catch (error) {
          fail(error);
          return [];
        }
      });
    });
};

import type { AttributeUpdate } from '../../../model/command.js';
import { search } from '../../../operators/extract/search.js';
import { textOf } from '../../../operators/extract/text-of.js';
import type { AttributeUpdateRule } from '../config/attribute-update.js';
import { fillPlaceholders } from './fill-placeholders.js';
import type { Publication } from '../connection/publication.js';
import { publishedOn } from './published-on.js';

/** True where the expression matches from the first character on; it need not match to the end. */
const beginsWith = (expression: string): ((text: string) => boolean) => {
  const find = search(expression);
  return (text) => find(text)?.index === 0;
};

/**
 * Compiles the `attributeUpdates` rules: each value that changed is published by each rule that fits its device and name. A value that was
 * deleted is not.
 *
 * Promises: what one value or rule throws (a topic that cannot be, a search that takes too long) goes to `fail` and costs the others nothing.
 */
export const attributeUpdates = (
  rules: readonly AttributeUpdateRule[],
): ((update: AttributeUpdate, fail: (error: unknown) => void) => readonly Publication[]) => {
  const compiled = rules.map(
    ({ deviceNameFilter, attributeFilter, topicExpression, valueExpression, retain, qos }) => ({
      fitsDevice: beginsWith(deviceNameFilter),
      fitsKey: beginsWith(attributeFilter),
      topicOf: fillPlaceholders(topicExpression),
      payloadOf: fillPlaceholders(valueExpression),
      retain,
      qos: qos > 0 ? (1 as const) : (0 as const),
    }),
  );
  return ({ device = '', values }, fail) =>
    compiled.flatMap(({ fitsDevice, fitsKey, topicOf, payloadOf, retain, qos }) => {
      try {
        if (!fitsDevice(device)) return [];
      } catch (error) {
        fail(error);
        return [];
      }
      return Object.entries(values).flatMap(([key, value]): readonly Publication[] => {
        try {
          if (!fitsKey(key)) return [];
          const words = new Map([
            ['deviceName', device],
            ['attributeKey', key],
            ['attributeValue', textOf(value)],
          ]);
          return [{ topic: publishedOn(topicOf({ words })), payload: payloadOf({ words }), retain, qos }];
        } catch (error) {
          fail(error);
          return [];
        }
      });
    });
};

import type { AttributeUpdate } from '../../../model/command.js';
import { textOf } from '../../../operators/extract/text-of.js';
import { wholeName } from '../../../operators/extract/whole-name.js';
import type { AttributeUpdateRule } from '../config/attribute-update.js';
import { httpCall } from './http-call.js';
import type { HttpCall } from './http-call.js';

/**
 * Compiles the `attributeUpdates` rules: each value that changed is sent by each rule that fits its device and name. A value that was deleted is not.
 *
 * Promises: what one value or rule throws (a URL that cannot be, a search that takes too long) goes to `fail` and costs the others nothing.
 */
export const attributeUpdates = (
  rules: readonly AttributeUpdateRule[],
): ((update: AttributeUpdate, fail: (error: unknown) => void) => readonly HttpCall[]) => {
  const compiled = rules.map((rule) => ({
    fitsDevice: wholeName(rule.deviceNameFilter),
    fitsKey: wholeName(rule.attributeFilter),
    call: httpCall(rule),
  }));
  return ({ device = '', values }, fail) =>
    compiled.flatMap(({ fitsDevice, fitsKey, call }) =>
      Object.entries(values).flatMap(([key, value]): readonly HttpCall[] => {
        try {
          if (!fitsDevice(device) || !fitsKey(key)) return [];
          const words = new Map([
            ['deviceName', device],
            ['attributeKey', key],
            ['attributeValue', textOf(value)],
          ]);
          return [call(words)];
        } catch (error) {
          fail(error);
          return [];
        }
      }),
    );
};

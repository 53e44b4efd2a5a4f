import type { AttributeUpdate } from '../../../model/command.js';
import type { Json } from '../../../model/message.js';
import { textOf } from '../../../operators/extract/text-of.js';
import { wholeName } from '../../../operators/extract/whole-name.js';
import type { AttributeUpdateRule } from '../config/attribute-update.js';
import type { Downs } from '../extensions/downs.js';
import { httpCall } from './http-call.js';
import type { HttpCall } from './http-call.js';

const wordsOf = (device: string, key: string, value: Json): ReadonlyMap<string, string> =>
  new Map([
    ['deviceName', device],
    ['attributeKey', key],
    ['attributeValue', textOf(value)],
  ]);

/**
 * Compiles the `attributeUpdates` rules: each value that changed is sent by each rule that fits its device and name. A value that was deleted is not, unless the rule has a
 * converter of the user's own: that is told of both, once for all that fits.
 *
 * Promises: what one value or rule throws (a URL that cannot be, a search that takes too long) goes to `fail` and costs the others nothing.
 */
export const attributeUpdates = (
  rules: readonly AttributeUpdateRule[],
  downOf: Downs['of'] = () => undefined,
): ((update: AttributeUpdate, fail: (error: unknown) => void) => readonly HttpCall[]) => {
  const compiled = rules.map((rule) => ({
    fitsDevice: wholeName(rule.deviceNameFilter),
    fitsKey: wholeName(rule.attributeFilter),
    call: httpCall(rule),
    down: downOf(rule),
  }));
  return ({ device = '', values, deleted }, fail) => {
    const tried = (make: () => readonly HttpCall[]): readonly HttpCall[] => {
      try {
        return make();
      } catch (error) {
        fail(error);
        return [];
      }
    };
    return compiled.flatMap(({ fitsDevice, fitsKey, call, down }) => {
      if (down === undefined)
        return Object.entries(values).flatMap(([key, value]) =>
          tried(() => (fitsDevice(device) && fitsKey(key) ? [call(wordsOf(device, key, value))] : [])),
        );
      return tried(() => {
        if (!fitsDevice(device)) return [];
        const fitting = Object.entries(values).filter(([key]) => fitsKey(key));
        const gone = deleted.filter((key) => fitsKey(key));
        if (fitting.length + gone.length === 0) return [];
        const [key = gone[0] ?? '', value = null] = fitting[0] ?? [];
        const changed = {
          kind: 'attributeUpdate',
          device,
          values: Object.fromEntries(fitting),
          deleted: gone,
        } as const;
        return down(changed).map((own) => call(wordsOf(device, key, value), null, own));
      });
    });
  };
};

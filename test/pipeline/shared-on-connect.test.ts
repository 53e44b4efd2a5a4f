import { NEVER, ignoreElements } from 'rxjs';
import { expect, test } from 'vitest';
import type { Sink } from '../../src/model/component.js';
import { decode } from '../../src/model/decode.js';
import { sharedOnConnect } from '../../src/pipeline/shared-on-connect.js';
import { thingsBoardCodec } from '../../src/sinks/thingsboard/config.js';

const sink: Sink = (messages) => messages.pipe(ignoreElements());
const silent = (): void => undefined;
const made = (keys: object = {}, isPlatform = true, mayChange = false) => {
  const { value } = decode(thingsBoardCodec, { security: { accessToken: 'T' }, ...keys });
  return sharedOnConnect(
    { thingsboard: value! },
    { facts: NEVER, isPlatform, mayChange, log: { debug: silent, info: silent, warn: silent, error: silent } },
  );
};

test('a sink stays what it is where no connector wants attributes', () => {
  const shared = made();
  expect(shared.hears('c').wants).toBeTypeOf('function');
  expect(shared.around(sink)).toBe(sink);
});

test.each([
  ['the configuration says no', { syncDevicesSharedAttributesOnConnect: false }, true],
  ['it is not the platform', {}, false],
])('a sink stays what it is, and connectors are asked nothing, where %s', (_, keys, isPlatform) => {
  const shared = made(keys, isPlatform);
  expect(shared.hears('c')).toEqual({});
  expect(shared.around(sink)).toBe(sink);
});

test('where connectors may come while it runs, the sink is prepared for what they want', () => {
  expect(made({}, true, true).around(sink)).not.toBe(sink);
  expect(made({ syncDevicesSharedAttributesOnConnect: false }, true, true).around(sink)).toBe(sink);
});

test('what one connector wants changes the sink', () => {
  const shared = made();
  shared.hears('c').wants?.(() => ['k']);
  expect(shared.around(sink)).not.toBe(sink);
});

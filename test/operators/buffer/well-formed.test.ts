import { expect, test } from 'vitest';
import { wellFormed } from '../../../src/operators/buffer/well-formed.js';

const data = { kind: 'data', device: 'a', profile: 'p', telemetry: [{ ts: 1, values: { x: 1 } }], attributes: {} };

test.each<[unknown, boolean]>([
  [data, true],
  [{ ...data, telemetry: [] }, true],
  [{ kind: 'connected', device: 'a', profile: 'p' }, true],
  [{ kind: 'disconnected', device: 'a' }, true],
  [{ kind: 'claim', device: 'a', secretKey: 's', durationMs: 1 }, true],
  [{ ...data, telemetry: undefined }, false],
  [{ ...data, telemetry: [{ ts: 1 }] }, false],
  [{ ...data, telemetry: [{ ts: '1', values: {} }] }, false],
  [{ ...data, telemetry: [null] }, false],
  [{ ...data, attributes: [] }, false],
  [{ ...data, profile: 1 }, false],
  [{ ...data, device: undefined }, false],
  [{ kind: 'connected', device: 'a' }, false],
  [{ kind: 'claim', device: 'a' }, false],
  [{ kind: 'other', device: 'a' }, false],
  [[], false],
  [null, false],
  ['text', false],
])('%j is a message that a sink can take: %s', (value, expected) => {
  expect(wellFormed(value)).toBe(expected);
});

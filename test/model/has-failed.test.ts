import { expect, test } from 'vitest';
import type { Phase } from '../../src/model/fact.js';
import { hasFailed } from '../../src/model/has-failed.js';

test.each<[Phase, boolean]>([
  ['reconnecting', true],
  ['refused', true],
  ['disabled', true],
  ['disconnected', false],
])('%s with a code is a failure: %j', (phase, failed) => {
  expect(hasFailed({ kind: 'state', who: 'a', phase, code: 'BROKER_UNREACHABLE' })).toBe(failed);
  expect(hasFailed({ kind: 'state', who: 'a', phase })).toBe(false);
});

import { expect, test } from 'vitest';
import { meter } from '../../src/operators/meter.js';

test('a meter counts messages and bytes each way, and what was read does not change', () => {
  const made = meter();
  const before = made.read();
  made.took(3);
  made.took(0);
  made.gave(5);
  expect(made.read()).toEqual({ received: 2, receivedBytes: 3, sent: 1, sentBytes: 5 });
  expect(before).toEqual({ received: 0, receivedBytes: 0, sent: 0, sentBytes: 0 });
});

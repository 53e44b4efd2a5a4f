import { expect, it } from 'vitest';
import { ConnectionError } from '../../../../src/model/errors.js';
import { brokerBackoff } from '../../../../src/sources/mqtt/connection/broker-backoff.js';

const waits = (code: 'CREDENTIALS_REFUSED' | 'BROKER_UNREACHABLE', attempt: number): readonly number[] =>
  Array.from({ length: 200 }, () => brokerBackoff(attempt, new ConnectionError(code, 'why')));

it('waits one to two minutes after refused credentials, from the first time on', () => {
  for (const attempt of [0, 1, 50]) {
    expect(Math.min(...waits('CREDENTIALS_REFUSED', attempt))).toBeGreaterThanOrEqual(60_000);
    expect(Math.max(...waits('CREDENTIALS_REFUSED', attempt))).toBeLessThanOrEqual(120_000);
  }
});

it('waits a second at first and at most 15 otherwise', () => {
  expect(Math.max(...waits('BROKER_UNREACHABLE', 0))).toBeLessThanOrEqual(1_000);
  expect(Math.max(...waits('BROKER_UNREACHABLE', 50))).toBeLessThanOrEqual(15_000);
});

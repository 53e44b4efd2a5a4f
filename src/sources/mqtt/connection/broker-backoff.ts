import { GatewayError } from '../../../model/errors.js';
import { fullJitter } from '../../../operators/backoff.js';
import type { Backoff } from '../../../operators/backoff.js';

const usual = fullJitter({ cap: 15_000 });
/** Brokers lock accounts out that knock too often with a wrong password. */
const patient = fullJitter({ floor: 60_000, base: 120_000, cap: 120_000 });

/** How long to wait before the next connection to a device broker: 15 s at most; one to two minutes after refused credentials. */
export const brokerBackoff: Backoff = (attempt, error) =>
  error instanceof GatewayError && error.code === 'CREDENTIALS_REFUSED'
    ? patient(attempt, error)
    : usual(attempt, error);

import { NEVER, of } from 'rxjs';
import { expect, test } from 'vitest';
import { allowance } from '../../../src/sinks/thingsboard/allowance.js';
import { askLimits } from '../../../src/sinks/thingsboard/limits.js';
import type { Session } from '../../../src/sinks/thingsboard/session.js';
import { configOf } from './rig.js';

const answer = { maxPayloadSize: 65_536, rateLimits: {}, gatewayRateLimits: {} };
const quiet = (): void => undefined;
const sessionOf = (maximumPacketSize: number | undefined, answers: boolean): Session => ({
  publish: () => of(0),
  announce: () => NEVER,
  messages: answers ? of({ topic: 'v1/devices/me/rpc/response/1', payload: JSON.stringify(answer) }) : NEVER,
  vouch: quiet,
  fail: quiet,
  maximumPacketSize,
});

test.each([
  ['of the CONNACK alone', 500, false, 500],
  ['of the platform alone', undefined, true, 65_536],
  ['the smaller of both: what stands between may take less', 500, true, 500],
  ['the smaller of both', 100_000, true, 65_536],
  ['none', undefined, false, Infinity],
])('the limit of bytes is %s', (_, maximumPacketSize, answers, expected) => {
  const allowed = allowance(configOf());
  askLimits(sessionOf(maximumPacketSize, answers), allowed).subscribe();
  expect(allowed.hardLimit()).toBe(expected);
});

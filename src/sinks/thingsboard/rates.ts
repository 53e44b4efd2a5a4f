import * as t from 'io-ts';
import type { Rate } from '../../operators/sliding-window.js';

/** What the gateway keeps to unless it is told otherwise: 15 messages a second and 300 a minute. */
const standard = '15:1,300:60';

const tokens: ReadonlyMap<string, string> = new Map([
  ['DEFAULT_TELEMETRY_RATE_LIMIT', standard],
  ['DEFAULT_MESSAGES_RATE_LIMIT', standard],
  ['DEFAULT_TELEMETRY_DP_RATE_LIMIT', '0:0'],
]);

/** Each is looked at for every publish; the platform's own have two or three. */
const MOST = 16;

/**
 * Reads a rate limit: at most 16 `n:seconds` pairs joined by `,` or `;`, or one of the incumbent's DEFAULT_ tokens. Empty and `0:0` are unlimited.
 * Undefined if it is none of these. Source: the platform's MQTT contract, §7.
 */
export const parseRates = (text: string): readonly Rate[] | undefined => {
  const parts = (tokens.get(text.trim()) ?? text)
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length > MOST) return undefined;
  const rates = parts.map((part): Rate | undefined => {
    const [, n, seconds] = /^(\d+)\s*:\s*(\d+)$/.exec(part) ?? [];
    return n === undefined || seconds === undefined ? undefined : { n: Number(n), seconds: Number(seconds) };
  });
  if (rates.some((rate) => rate === undefined)) return undefined;
  return rates.filter((rate): rate is Rate => rate !== undefined && rate.n > 0 && rate.seconds > 0);
};

/** A rate limit in a configuration. */
export const ratesCodec: t.Type<readonly Rate[], unknown> = new t.Type<readonly Rate[], unknown, unknown>(
  'a rate limit such as "15:1,300:60"',
  Array.isArray as never,
  (input, context) => {
    const rates = typeof input === 'string' ? parseRates(input) : undefined;
    return rates === undefined ? t.failure(input, context) : t.success(rates);
  },
  (rates) => (rates.length === 0 ? '0:0' : rates.map(({ n, seconds }) => `${n}:${seconds}`).join(',')),
);

/** The default where the configuration names no limit for messages. */
export const standardRates: readonly Rate[] = [
  { n: 15, seconds: 1 },
  { n: 300, seconds: 60 },
];

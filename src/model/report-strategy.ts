import * as t from 'io-ts';
import { defaulted, inert, optional, refine, section } from './codec.js';
import type { SectionOf } from './codec.js';

const types = ['ON_RECEIVED', 'ON_CHANGE', 'ON_REPORT_PERIOD', 'ON_CHANGE_OR_REPORT_PERIOD', 'DISABLED'] as const;
type Type = (typeof types)[number];

const isType = (value: unknown): value is Type => types.some((one) => one === value);
const type = new t.Type<Type, unknown, unknown>(
  `one of ${types.join(', ')}`,
  isType,
  (input, context) => {
    const text = typeof input === 'string' ? input.trim().toUpperCase() : input;
    return isType(text) ? t.success(text) : t.failure(input, context);
  },
  t.identity,
);

/** What a timer of Node.js can wait for, in milliseconds: with more it would not wait at all. */
const LONGEST = 2_147_483_647;
const period = refine(t.number, (n) => n >= 1 && n <= LONGEST, `milliseconds (1 to ${LONGEST})`);
const positive = refine(t.number, (n) => Number.isFinite(n) && n > 0, 'seconds above 0');

const fields = {
  type: defaulted(
    type,
    'ON_RECEIVED',
    'Every value, changed values, the latest of each period, both, or no strategy at all.',
  ),
  reportPeriod: defaulted(period, 10_000, 'Milliseconds between two reports of one key.'),
  ttl: defaulted(positive, 86_400, 'Seconds after its last arrival until a remembered value is forgotten.'),
  aggregationFunction: inert(optional(t.string, 'How the values of a period are put together.')),
};

/** When a value is reported (core.md §8). */
export const reportStrategy = section('a report strategy: {"type", …}', fields);

/** A report strategy, with its defaults filled in: `reportPeriod` in milliseconds, `ttl` in seconds. */
export type ReportStrategy = SectionOf<typeof fields>;

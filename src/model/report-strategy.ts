import * as t from 'io-ts';
import { defaulted, inert, optional, refine, section } from './codec.js';

const types = ['ON_RECEIVED', 'ON_CHANGE', 'ON_REPORT_PERIOD', 'ON_CHANGE_OR_REPORT_PERIOD', 'DISABLED'];
const positive = (unit: string) => refine(t.number, (n) => Number.isFinite(n) && n > 0, `${unit} above 0`);

/** When a value is reported (core.md §8). */
export const reportStrategy = section('a report strategy: {"type", …}', {
  type: defaulted(
    refine(t.string, (text) => types.includes(text.trim().toUpperCase()), `one of ${types.join(', ')}`),
    'ON_RECEIVED',
    'Every value, changed values, the latest of each period, both, or no strategy at all.',
  ),
  reportPeriod: defaulted(positive('milliseconds'), 10_000, 'Milliseconds between two reports of one key.'),
  ttl: defaulted(positive('seconds'), 86_400, 'Seconds after which a remembered value is forgotten.'),
  aggregationFunction: inert(optional(t.string, 'How the values of a period are put together.')),
});

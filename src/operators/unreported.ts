import { map } from 'rxjs';
import type { Operator } from '../model/component.js';
import { replace } from '../model/envelope.js';
import { withoutReport } from './report/without-report.js';

/** Takes off what is said of reporting the points of a message, and obeys none of it: for a gateway whose strategies are switched off. */
export const unreported: Operator = map((item) => {
  const { value } = item;
  return value.kind === 'data' && value.report !== undefined ? replace(item, withoutReport(value)) : item;
});

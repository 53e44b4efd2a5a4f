/** How a date of three numbers is read when the text itself does not tell. Neither: month, day, year. */
export interface DateOrder {
  readonly dayfirst?: boolean;
  readonly yearfirst?: boolean;
}

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const LONGEST = 64;
const clock = /(?:^|[T\s,])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]m)?/i;
const zone = /^(?:(?:Z|UTC|GMT)\b|([+-])(\d{2}):?(\d{2})?(?!\d))/i;
const compact = /^(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?$/;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const monthOf = (word: string): number => months.indexOf(word.slice(0, 3).toLowerCase()) + 1;

const fullYear = (text: string, now: number): number => {
  const year = Number(text);
  if (text.length > 2) return year;
  const current = new Date(now).getFullYear();
  const near = current - (current % 100) + year;
  if (near >= current + 50) return near - 100;
  return near < current - 50 ? near + 100 : near;
};

const numbersOnly = (parts: readonly string[], order: DateOrder, now: number): Day => {
  const [a = '', b = '', c = ''] = parts;
  const day = (year: string, month: string, day: string): Day => {
    const swap = Number(month) > 12 && Number(day) <= 12;
    return { year: fullYear(year, now), month: Number(swap ? day : month), day: Number(swap ? month : day) };
  };
  if (a.length > 2) return day(a, b, c);
  if (c.length <= 2 && (order.yearfirst || Number(a) > 31)) return order.dayfirst ? day(a, c, b) : day(a, b, c);
  return order.dayfirst ? day(c, b, a) : day(c, a, b);
};

const dayOf = (text: string, order: DateOrder, now: number): Day | undefined => {
  const parts = text.replace(/^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b/i, '').match(/[a-z]+|\d+/gi) ?? [];
  if (parts.length !== 3 || /[^\s\w.,/-]/.test(text)) return undefined;
  const named = parts.findIndex((part) => /[a-z]/i.test(part));
  if (named === -1) return numbersOnly(parts, order, now);
  const [first = '', second = ''] = parts.filter((_, i) => i !== named);
  if (/[a-z]/i.test(first + second)) return undefined;
  const [year, day] = first.length > 2 ? [first, second] : [second, first];
  return { year: fullYear(year, now), month: monthOf(parts[named] ?? ''), day: Number(day) };
};

const hourOf = (hour: number, half: string | undefined): number =>
  half === undefined ? hour : (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);

const instant = (
  { year, month, day }: Day,
  time: readonly number[],
  offset: number | undefined,
): number | undefined => {
  const [hour = 0, minute = 0, second = 0, ms = 0] = time;
  const days = new Date(Date.UTC(2000, month, 0)).setUTCFullYear(year, month, 0);
  const valid = month >= 1 && month <= 12 && day >= 1 && day <= new Date(days).getUTCDate();
  if (!valid || hour > 23 || minute > 59 || second > 60) return undefined;
  if (offset !== undefined) {
    const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
    return midnight + ((hour * 60 + minute - offset) * 60 + second) * 1000 + ms;
  }
  const local = new Date(2000, 0, 1, hour, minute, second, ms);
  local.setFullYear(year, month - 1, day);
  // Set again: the day decides whether daylight saving applies, and one where the hour is skipped moves it.
  return local.setHours(hour, minute, second, ms);
};

/**
 * Reads the date forms that devices write: ISO 8601, `20240102T030405`, day, month and year in any order with `.`, `/`, `-` or
 * spaces between, month names, two-digit years (within 50 years of `now`), 12-hour clocks, offsets. Without an offset it is local time.
 *
 * Gives milliseconds since the epoch, or undefined for what it does not understand: never a guess. A four-digit year in front is always
 * followed by month and day. Texts beyond 64 characters are not dates.
 */
export const date = (text: string, order: DateOrder, now: number): number | undefined => {
  const whole = text.trim();
  if (whole.length > LONGEST) return undefined;
  const packed = compact.exec(whole);
  if (packed) {
    const [year = 0, month = 0, day = 0, ...time] = packed
      .slice(1)
      .map((part: string | undefined) => Number(part ?? 0));
    return instant({ year, month, day }, time, undefined);
  }
  const time = clock.exec(whole);
  const after = time ? whole.slice(time.index + time[0].length).trim() : '';
  const offset = zone.exec(after);
  const rest = time ? `${whole.slice(0, time.index)} ${after.slice(offset?.[0].length ?? 0)}` : whole;
  const day = dayOf(rest.trim(), order, now);
  if (!day) return undefined;
  const minutes = offset
    ? Number(`${offset[1] ?? '+'}1`) * (Number(offset[2] ?? 0) * 60 + Number(offset[3] ?? 0))
    : undefined;
  const fraction = Math.trunc(Number(`0.${time?.[4] ?? '0'}`) * 1000 + 1e-6);
  return instant(
    day,
    [hourOf(Number(time?.[1] ?? 0), time?.[5]), Number(time?.[2] ?? 0), Number(time?.[3] ?? 0), fraction],
    minutes,
  );
};

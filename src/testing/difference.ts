import { isDeepStrictEqual } from 'node:util';
import type { ObservableNotification } from 'rxjs';

/** What RxJS's TestScheduler writes down of a stream: one notification, and its time in ms. */
export interface Frame {
  readonly frame: number;
  readonly notification: ObservableNotification<unknown>;
}

/** A line of a drawing that came otherwise than it was drawn, each side in words. */
export interface Difference {
  readonly drawn: string;
  readonly came: string;
}

const asJson = (value: unknown): string => (value instanceof Error ? String(value) : JSON.stringify(value));

/**
 * Compares a line of a drawing with what came. Undefined if they agree.
 *
 * Values are called by their letter in `values`, and written as JSON where they have none: `1 ms a, 5 ms {"ts":0}, 9 ms |`.
 */
export const difference = (
  drawn: readonly Frame[],
  came: readonly Frame[],
  values: Readonly<Record<string, unknown>> = {},
): Difference | undefined => {
  if (isDeepStrictEqual(came, drawn)) return undefined;
  const letters = Object.entries(values);
  const named = (value: unknown): string => {
    const letter = letters.find(([, meaning]) => isDeepStrictEqual(meaning, value))?.[0];
    return letter ?? (typeof value === 'string' ? value : asJson(value));
  };
  const inWords = ({ frame, notification }: Frame): string => {
    if (notification.kind === 'C') return `${frame} ms |`;
    return notification.kind === 'E'
      ? `${frame} ms # ${named(notification.error)}`
      : `${frame} ms ${named(notification.value)}`;
  };
  const line = (frames: readonly Frame[]): string => (frames.length === 0 ? 'nothing' : frames.map(inWords).join(', '));
  return { drawn: line(drawn), came: line(came) };
};

import { TestScheduler } from 'rxjs/testing';
import type { RunHelpers } from 'rxjs/testing';
import { expect } from 'vitest';

/** What a test inside {@link marbles} can draw with. The scheduler is for operators that take one. */
export type Drawing = RunHelpers & { readonly scheduler: TestScheduler };

/** Makes a test that is drawn. A stream that never ends needs an unsubscription marker, or the test hangs. */
export const marbles =
  (draw: (drawing: Drawing) => void): (() => void) =>
  () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run((helpers) => draw({ ...helpers, scheduler }));
  };

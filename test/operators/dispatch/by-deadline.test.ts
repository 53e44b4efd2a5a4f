import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byDeadline } from '../../../src/operators/dispatch/by-deadline.js';

interface Due {
  readonly due: number;
}

const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), due: fc.nat(20) }),
  fc.record({ do: fc.constant('remove' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('take' as const), time: fc.nat(20) }),
);

test('it keeps the order of a list that is sorted after each step, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ordered = byDeadline<Due>();
      let model: readonly Due[] = [];
      for (const one of steps) {
        if (one.do === 'add') {
          const added = { due: one.due };
          ordered.add(added);
          model = [...model, added].sort((a, b) => a.due - b.due);
        } else if (one.do === 'take') {
          const isDue = ({ due }: Due): boolean => due <= one.time;
          expect(ordered.takeDue(one.time)).toEqual(model.filter(isDue));
          model = model.filter((each) => !isDue(each));
        } else {
          const removed = model[one.which % Math.max(1, model.length)] ?? { due: 1 };
          ordered.remove(removed);
          model = model.filter((each) => each !== removed);
        }
        expect(ordered.first()).toBe(model[0]);
        expect(ordered.all().every((each, i) => each === model[i])).toBe(true);
        expect(ordered.all()).toHaveLength(model.length);
      }
    }),
  );
});

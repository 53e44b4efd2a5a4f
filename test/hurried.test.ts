import { take, timer, toArray, lastValueFrom } from 'rxjs';
import { expect, test } from 'vitest';
import { hurried } from './hurried.js';

test('twenty seconds by its clock are soon over, also where a timer repeats itself', async () => {
  const clock = hurried(100);
  const [began, since] = [clock.now(), performance.now()];
  const ticks = timer(5_000, 5_000, clock).pipe(take(4), toArray());
  expect(await lastValueFrom(ticks)).toEqual([0, 1, 2, 3]);
  expect(performance.now() - since).toBeLessThan(5_000);
  expect(clock.now() - began).toBeGreaterThan(19_000);
});

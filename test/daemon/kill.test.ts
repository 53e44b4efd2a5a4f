import fc from 'fast-check';
import { expect, test } from 'vitest';
import { haveMosquitto } from '../peers/mosquitto.js';
import { peer } from '../peers/require-peer.js';
import { repeats } from './repeats.js';
import { staged } from './staged.js';

const KILLS = 10;
const WINDOW = 2_000;
/** What the broker has in flight, and may send again because its PUBACK did not leave or arrive in time. */
const IN_FLIGHT = 500;

interface Kill {
  /** Within the start, rather than under load: from the first acknowledgement of its run on. */
  readonly early: boolean;
  readonly afterMs: number;
}

const kills = (seed: number): readonly Kill[] => {
  const one = fc.record({
    early: fc.constantFrom(true, false, false, false),
    afterMs: fc.integer({ min: 0, max: 1_000 }),
  });
  return fc.sample(fc.noBias(one), { seed, numRuns: KILLS });
};

peer('mosquitto', haveMosquitto())('kill -9 at any moment', () => {
  const stage = staged();

  test.each([4, 5] as const)(
    'loses nothing that was acknowledged, and repeats no more than a window, MQTT level %i',
    async (version) => {
      const seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000_000);
      console.log(`kill -9 test: KILL_SEED=${seed} chooses the same moments again`);
      const { tap, platform, book, missing, ...on } = await stage({
        version,
        broker: { maxUnacknowledgedMessages: IN_FLIGHT },
      });
      const devices = await on.devices({ count: 20 });
      devices.load(800);
      let underLoad = 0;
      for (const [i, { early, afterMs }] of kills(seed).entries()) {
        if (i % 2 === 0) await platform.comeBack();
        else await platform.goAway();
        const before = tap.counts.acknowledged;
        const daemon = on.start();
        if (!early) await tap.until(() => tap.counts.acknowledged > before, 20_000, 'an acknowledgement');
        await new Promise((resolve) => setTimeout(resolve, afterMs));
        await daemon.kill();
        if (tap.counts.acknowledged > before) underLoad += 1;
      }
      await devices.pause();
      const unsafe = devices.sent() - tap.counts.acknowledged;
      await platform.comeBack();
      const last = on.start();
      await on.arrived(devices.sent());

      const report = book.report();
      expect(missing(), `seed ${seed}`).toEqual([]);
      expect(report, `seed ${seed}`).toMatchObject({ outOfOrder: 0, missing: 0, unique: devices.sent() });
      const { sent, received: again } = repeats(platform.arrivals);
      expect(sent, `seed ${seed}`).toBeLessThanOrEqual(KILLS * WINDOW);
      expect(again, `seed ${seed}`).toBeLessThanOrEqual(KILLS * IN_FLIGHT);
      expect(tap.counts).toMatchObject({ orderViolations: 0, strayPubacks: 0 });
      expect(platform.violations).toEqual([]);
      const { received, carried = 0, delivered } = await last.sums(({ queued }) => queued === 0);
      expect(received + carried).toBe(delivered);
      // The test has to have hurt, and to have left something to do after the last kill.
      expect(underLoad).toBeGreaterThanOrEqual(KILLS / 3);
      expect(unsafe + carried).toBeGreaterThan(0);
    },
    120_000,
  );
});

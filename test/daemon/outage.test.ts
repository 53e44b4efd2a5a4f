import { expect, test } from 'vitest';
import { haveMosquitto } from '../peers/mosquitto.js';
import { peer } from '../peers/require-peer.js';
import { staged } from './staged.js';

const WINDOW = 2_000;

peer('mosquitto', haveMosquitto())('a platform that is away', () => {
  const stage = staged();

  test.each([4, 5] as const)(
    'at boot, and kill -9 before it comes: what was acknowledged is on disk and arrives, MQTT level %i',
    async (version) => {
      const { broker, tap, platform, book, missing, ...on } = await stage({ version });
      await platform.goAway();
      const devices = await on.devices();
      const daemon = on.start();
      await devices.burst(500);
      await tap.until(() => tap.counts.acknowledged === 500);
      await daemon.kill();
      expect(book.report().unique).toBe(0);

      // Without its broker the second run has nothing but the disk.
      await devices.close();
      await broker.stop();
      await platform.comeBack();
      const second = on.start();
      await on.arrived(500);
      expect(missing()).toEqual([]);
      expect(book.report()).toMatchObject({ outOfOrder: 0, missing: 0, duplicates: 0 });
      expect(platform.violations).toEqual([]);
      const sums = await second.sums(({ queued }) => queued === 0);
      expect(sums).toMatchObject({ carried: 0, received: 500, delivered: 500, dropped: {} });
    },
    60_000,
  );

  test.each([4, 5] as const)(
    'under load: nothing is lost, order is kept, devices are announced again, MQTT level %i',
    async (version) => {
      const { tap, platform, book, ...on } = await stage({ version });
      const devices = await on.devices({ count: 20 });
      const daemon = on.start();
      devices.load(500);
      await on.arrived(1_000);
      await platform.goAway();
      const before = devices.sent();
      await tap.until(() => tap.counts.acknowledged > before + 15_000, 60_000);
      await platform.comeBack();
      const onReturn = devices.sent();
      await on.arrived(onReturn + 500, 45_000);
      await devices.pause();
      await on.arrived(devices.sent());
      await tap.until(() => tap.counts.acknowledged === devices.sent());

      expect(book.report()).toMatchObject({ outOfOrder: 0, missing: 0, unnumbered: 0 });
      expect(book.report().duplicates).toBeLessThanOrEqual(WINDOW);
      expect(tap.counts).toMatchObject({ orderViolations: 0, strayPubacks: 0, refused: 0 });
      // Data before its connect on a connection would be one.
      expect(platform.violations).toEqual([]);
      const last = platform.connections();
      const announced = platform.log.filter(
        ({ topic, connection }) => topic === 'v1/gateway/connect' && connection === last,
      );
      expect(announced.map(({ devices: [name] }) => name).sort()).toEqual([...devices.names].sort());
      expect([...platform.devices.values()].map(({ profile }) => profile)).toEqual(
        devices.names.map(() => 'Thermometer'),
      );
      const sums = await daemon.sums(({ queued }) => queued === 0);
      expect(sums).toMatchObject({ received: devices.sent(), delivered: devices.sent(), dropped: {} });
    },
    180_000,
  );
});

peer('mosquitto', haveMosquitto())('what devices say', () => {
  const stage = staged();
  const LIMIT = 8_196;
  const emoji = '🌡️🚜';
  const greek = 'θερμοκρασία ';

  test.each([4, 5] as const)(
    'in many bytes a character arrives as it was, in publishes under the limit, MQTT level %i',
    async (version) => {
      const { tap, platform, ...on } = await stage({ version, thingsboard: { maxPayloadSizeBytes: LIMIT } });
      await platform.goAway();
      const devices = await on.devices({ count: 1 });
      const text = (i: number): string =>
        greek.repeat(i % 17) + emoji.repeat(i % 13) + String.fromCodePoint(0x1f600 + (i % 60));
      for (let i = 0; i < 400; i += 1)
        void devices.publish(
          `sensor/αισθητήρας ${emoji}/data`,
          JSON.stringify({ seq: i, text: text(i), [`${greek}🔑`]: i }),
        );
      // 60,000 bytes, in half as many UTF-16 units.
      on.start();
      await tap.until(() => tap.counts.acknowledged === 400);
      await platform.comeBack();
      await on.arrived(400);

      const name = `αισθητήρας ${emoji}`;
      const arrivals = platform.arrivals.filter(({ device }) => device === name);
      expect(arrivals.map(({ values }) => values)).toEqual(
        Array.from({ length: 400 }, (_, i) => ({ seq: i, text: text(i), [`${greek}🔑`]: i })),
      );
      const sizes = platform.log
        .filter(({ topic }) => topic === 'v1/gateway/telemetry')
        .map(({ payload }) => Buffer.byteLength(payload));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(LIMIT);
      expect(Math.max(...sizes)).toBeGreaterThan(0.9 * LIMIT);
      expect(platform.violations).toEqual([]);
    },
    60_000,
  );

  test.each([4, 5] as const)(
    'twice in one millisecond lives twice on the platform, MQTT level %i',
    async (version) => {
      const { platform, ...on } = await stage({ version });
      const devices = await on.devices({ count: 1 });
      const daemon = on.start();
      await daemon.phase('Devices', 'connected');
      // Far more than one of them in each millisecond.
      await devices.burst(600);
      await on.arrived(600);
      const series = platform.devices.get('device-0')!.telemetry.get('seq')!;
      expect(series.size).toBe(600);
      expect([...series.values()]).toEqual(Array.from({ length: 600 }, (_, i) => i));
      const stamps = [...series.keys()];
      expect(stamps).toEqual([...stamps].sort((a, b) => a - b));
      // Some had to move on from the clock: the pace was above one in a millisecond.
      expect(stamps.at(-1)! - stamps[0]!).toBeLessThan(5_000);
      expect(daemon.counted('collided')).toBe(0);
    },
    60_000,
  );
});

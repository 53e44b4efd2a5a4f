import { expect, test } from 'vitest';
import { haveMosquitto } from '../peers/mosquitto.js';
import { peer } from '../peers/require-peer.js';
import { staged } from './staged.js';

const CAP = 500;
const SENT = 1_500;

peer('mosquitto', haveMosquitto())('a queue at its cap while the platform is away', () => {
  const stage = staged();
  const filled = async (at_capacity: string, cap: object = { max_records: CAP }, messages = SENT) => {
    const it = await stage({ storage: { ...cap, at_capacity } });
    await it.platform.goAway();
    const devices = await it.devices();
    const daemon = it.start();
    await devices.burst(messages);
    return { ...it, daemon, devices };
  };

  test('block: the broker keeps the rest, and all of it arrives', async () => {
    const { tap, platform, book, daemon, ...on } = await filled('block');
    await daemon.alert('STORAGE_FULL');
    expect(await daemon.sums()).toMatchObject({ received: CAP, queued: CAP, dropped: {} });
    await tap.until(() => tap.counts.acknowledged >= CAP);
    expect(tap.counts.acknowledged).toBe(CAP);
    await platform.comeBack();
    await on.arrived(SENT);
    expect(book.report()).toMatchObject({ outOfOrder: 0, missing: 0, duplicates: 0 });
    const sums = await daemon.sums(({ queued }) => queued === 0);
    expect(sums).toMatchObject({ received: SENT, delivered: SENT, dropped: {} });
    await tap.until(() => tap.counts.acknowledged === SENT);
  }, 60_000);

  test('drop_newest: what is there arrives, what came later is acknowledged and counted', async () => {
    const { tap, platform, book, daemon, missing, ...on } = await filled('drop_newest');
    await tap.until(() => tap.counts.acknowledged === SENT);
    expect(await daemon.sums(({ received }) => received === SENT)).toMatchObject({
      queued: CAP,
      dropped: { newest: SENT - CAP },
    });
    await platform.comeBack();
    await on.arrived(CAP);
    const sums = await daemon.sums(({ queued }) => queued === 0);
    expect(sums).toMatchObject({ received: SENT, delivered: CAP, dropped: { newest: SENT - CAP } });
    expect(book.report()).toMatchObject({ unique: CAP, outOfOrder: 0, missing: 0 });
    expect(missing()).toHaveLength(SENT - CAP);
    expect(daemon.output()).toContain('newest messages were dropped');
  }, 60_000);

  // Above and below the window of what is on its way, which is never dropped.
  test.each([
    [CAP, SENT],
    [3_000, 5_000],
  ])(
    'drop_oldest: of %i records the latest arrive, what gave way is counted',
    async (cap, messages) => {
      const { tap, platform, book, daemon, devices, ...on } = await filled(
        'drop_oldest',
        { max_records: cap },
        messages,
      );
      await tap.until(() => tap.counts.acknowledged === messages);
      const full = await daemon.sums(({ received }) => received === messages);
      expect(full).toMatchObject({ queued: cap, dropped: { oldest: messages - cap } });
      await platform.comeBack();
      await on.arrived(cap);
      const sums = await daemon.sums(({ queued }) => queued === 0);
      expect(sums).toMatchObject({ received: messages, delivered: cap, dropped: { oldest: messages - cap } });
      const { devices: each, ...report } = book.report();
      expect(report).toMatchObject({ unique: cap, outOfOrder: 0 });
      expect(each.map(({ highest }) => highest)).toEqual(devices.names.map(() => messages / devices.names.length - 1));
      expect(daemon.output()).toContain('oldest messages were dropped');
    },
    60_000,
  );

  test('drop_oldest: the latest bytes arrive', async () => {
    const cap = { max_file_size: 100_000, max_file_count: 1 };
    const { tap, platform, book, daemon, devices, ...on } = await filled('drop_oldest', cap);
    await tap.until(() => tap.counts.acknowledged === SENT);
    const { queued, queuedBytes, dropped } = await daemon.sums(({ received }) => received === SENT);
    expect(queuedBytes).toBeLessThanOrEqual(100_000);
    expect(queuedBytes).toBeGreaterThan(90_000);
    expect(dropped).toEqual({ oldest: SENT - queued });
    await platform.comeBack();
    await on.arrived(queued);
    const sums = await daemon.sums((now) => now.queued === 0);
    expect(sums).toMatchObject({ received: SENT, delivered: queued, dropped: { oldest: SENT - queued } });
    const last = SENT / devices.names.length - 1;
    expect(book.report().devices.map(({ highest }) => highest)).toEqual(devices.names.map(() => last));
  }, 60_000);
});

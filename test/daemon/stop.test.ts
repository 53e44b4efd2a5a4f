import { expect, test } from 'vitest';
import { haveMosquitto } from '../peers/mosquitto.js';
import { peer } from '../peers/require-peer.js';
import { repeats } from './repeats.js';
import { staged } from './staged.js';

peer('mosquitto', haveMosquitto())('the daemon', () => {
  const stage = staged();

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s under load: exit 0 within 10 s, nothing is lost, the next run delivers the rest',
    async (signal) => {
      const { tap, platform, book, missing, ...on } = await stage();
      // Slow enough that a queue has formed.
      platform.pubackDelay(100);
      const devices = await on.devices({ count: 20 });
      const first = on.start();
      devices.load(1_000);
      await on.arrived(1_000);
      const asked = Date.now();
      first.signal(signal);
      expect(await first.exit).toEqual({ code: 0, signal: null });
      expect(Date.now() - asked).toBeLessThan(10_000);
      expect(first.output()).toMatch(/stopping.*[^]*stopped/);
      expect(first.output()).not.toContain('cut off');
      await devices.pause();

      on.start();
      await on.arrived(devices.sent());
      expect(missing()).toEqual([]);
      expect(book.report()).toMatchObject({ outOfOrder: 0, missing: 0 });
      // What was in flight had its time to be acknowledged.
      expect(repeats(platform.arrivals).sent).toBe(0);
      expect(tap.counts).toMatchObject({ orderViolations: 0, strayPubacks: 0 });
      expect(platform.violations).toEqual([]);
    },
    60_000,
  );

  test('a second signal stops it at once, and what was acknowledged arrives all the same', async () => {
    const { platform, book, missing, ...on } = await stage();
    const devices = await on.devices();
    const first = on.start();
    await devices.burst(100);
    await on.arrived(100);
    // In flight from now on, so that the end has something to wait for.
    platform.hang();
    await devices.burst(100);
    await first.sums(({ received }) => received === 200);
    first.signal('SIGTERM');
    await first.until(() => first.output().includes('stopping'));
    const asked = Date.now();
    first.signal('SIGTERM');
    expect(await first.exit).toEqual({ code: 143, signal: null });
    expect(Date.now() - asked).toBeLessThan(2_000);
    expect(first.output()).toContain('stopped at once');

    platform.unhang();
    on.start();
    await on.arrived(200);
    expect(missing()).toEqual([]);
    expect(book.report()).toMatchObject({ outOfOrder: 0, missing: 0 });
  }, 60_000);

  test('SIGUSR2 logs the sums, which balance', async () => {
    const { platform, ...on } = await stage();
    await platform.goAway();
    const devices = await on.devices();
    const daemon = on.start();
    await devices.burst(50);
    await daemon.sums(({ received }) => received === 50);
    daemon.signal('SIGUSR2');
    await daemon.until(() => /sums .*"received":50,"delivered":0,"queued":50.*"balance":0/.test(daemon.output()));
    await platform.comeBack();
    await on.arrived(50);
    await daemon.sums(({ queued }) => queued === 0);
    daemon.signal('SIGUSR2');
    await daemon.until(() => /sums .*"received":50,"delivered":50,"queued":0.*"balance":0/.test(daemon.output()));
  }, 60_000);

  test('a second one on the same data folder refuses to start, and the first goes on', async () => {
    const { platform, ...on } = await stage();
    const devices = await on.devices();
    const first = on.start();
    await devices.burst(20);
    await on.arrived(20);
    const second = on.start();
    const { code } = await second.exit;
    expect(code).toBe(1);
    expect(second.output()).toMatch(/ERROR .*another process uses this data folder/);
    await devices.burst(20);
    await on.arrived(40);
    expect(first.ended()).toBeUndefined();
    expect(platform.connections()).toBe(1);
  }, 60_000);

  test('never shows a token or a password, at level debug neither', async () => {
    const token = 't0ken-never-shown';
    const login = { username: 'gateway', password: 'pa55word-never-shown' };
    const { tap, platform, ...on } = await stage({ token, login });
    const devices = await on.devices();
    const daemon = on.start({ args: ['--log-level', 'debug'] });
    await devices.burst(20);
    await on.arrived(20);
    // Refusals and lost connections like to quote what they were given.
    platform.refuse(134);
    platform.kick(152);
    tap.cut();
    await daemon.phase('thingsboard', 'refused');
    await daemon.phase('Devices', 'reconnecting');
    await daemon.terminate();
    expect(daemon.output()).toContain('stopped');
    expect(daemon.output() + JSON.stringify(daemon.facts)).not.toMatch(/never-shown/);
  }, 60_000);

  test('says how it does on the platform, as the gateway itself', async () => {
    const { platform, ...on } = await stage({
      thingsboard: { statistics: { enable: true, statsSendPeriodInSeconds: 10 } },
    });
    const devices = await on.devices({ count: 10 });
    on.start();
    await devices.burst(30);
    await on.arrived(30);
    await platform.until(() => platform.ownArrivals.length > 0, 20_000);
    // Those of the devices, and one that said what the machine has and how the connector is.
    const n = 31;
    expect(platform.ownArrivals[0]!.values).toMatchObject({
      devices_connected: 10,
      messages_received: n,
      messages_sent: n,
      events_queued: 0,
      serviceStats: { storageMsgPulled: n, platformMsgPushed: n, storageMsgCount: 0, platformTsProduced: 30 },
      connectorsStats: { Devices: { storageMsgPushed: 30, connectorsErrors: 0, convertersErrors: 0 } },
    });
    const { own } = platform;
    expect(own.attributes.get('Devices_STATE')).toBe('connected');
    expect(own.attributes.get('cpuCount')).toBeGreaterThan(0);
    expect(platform.violations).toEqual([]);
  }, 60_000);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { haveMosquitto } from '../peers/mosquitto.js';
import { peer } from '../peers/require-peer.js';
import { staged } from './staged.js';

peer('mosquitto', haveMosquitto())('a message that the platform can never take', () => {
  const stage = staged();

  test('becomes a dead letter with its reason, and its neighbours arrive', async () => {
    const { data, tap, platform, book, ...on } = await stage();
    await platform.goAway();
    platform.respond(({ payload }) => (payload.includes('poison') ? { reason: 153 } : undefined));
    // One device, so that good and bad share their publishes.
    const poisonous = [37, 38, 150];
    const devices = await on.devices({
      count: 1,
      payload: (seq) => JSON.stringify(poisonous.includes(seq) ? { seq, poison: true } : { seq }),
    });
    const daemon = on.start();
    await devices.burst(200);
    await tap.until(() => tap.counts.acknowledged === 200);
    await platform.comeBack();
    await on.arrived(197);
    const sums = await daemon.sums(({ queued }) => queued === 0);
    expect(sums).toMatchObject({ received: 200, delivered: 197, dropped: { refused: 3 } });
    expect(poisonous.filter((seq) => book.has('device-0', seq))).toEqual([]);
    expect(book.report()).toMatchObject({ unique: 197, duplicates: 0 });

    const letters = readFileSync(join(data, 'dead-letters.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { at: number; reason: string; message: unknown });
    expect(letters).toHaveLength(3);
    for (const [i, { at, reason, message }] of letters.entries()) {
      expect(at).toBeGreaterThan(Date.now() - 60_000);
      expect(reason).toMatch(/153|payload/i);
      expect(message).toMatchObject({
        kind: 'data',
        device: 'device-0',
        connector: 'Devices',
        profile: 'Thermometer',
        telemetry: [{ values: { seq: poisonous[i] } }],
      });
    }
    expect(daemon.facts.some((fact) => fact.kind === 'alert' && fact.code === 'PLATFORM_REFUSED')).toBe(true);

    await devices.burst(10);
    await on.arrived(207);
    expect(platform.violations).toEqual([]);
  }, 60_000);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { forkPlatform, type ForkedPlatform } from './fork-platform.js';
import { plainClient } from './plain-client.js';

let platform: ForkedPlatform;
beforeAll(async () => {
  platform = await forkPlatform();
});
afterAll(() => platform.close());

const item = (seq: number) => ({ ts: seq + 1, values: { seq, sent: performance.timeOrigin + performance.now() } });

test('the ledger counts numbered messages, duplicates and disorder of a platform in another process', async () => {
  const { publish, close } = await plainClient(platform.port);
  await publish('v1/gateway/connect', { device: 'A' });
  for (const seq of [0, 1, 3, 2, 1]) expect(await publish('v1/gateway/telemetry', { A: [item(seq)] })).toBe(0);
  await platform.reached(4, 5000);
  const report = await platform.report();
  expect(report.devices).toEqual([
    { device: 'A', received: 5, unique: 4, duplicates: 1, outOfOrder: 1, highest: 3, missing: 0 },
  ]);
  expect(report.latency.samples).toBe(5);
  expect(report.latency.p99).toBeLessThan(5000);
  expect(report.violations).toEqual([]);
  expect(
    await platform.lacking([
      ['A', 3],
      ['A', 4],
    ]),
  ).toEqual([['A', 4]]);
  expect((await platform.cpu()).rssBytes).toBeGreaterThan(1e6);
  await close();
});

test('faults are told over the channel', async () => {
  await platform.command({
    do: 'fault',
    topic: 'v1/gateway/telemetry',
    contains: '"seq":9',
    times: 1,
    answer: { reason: 128 },
  });
  const { publish, close } = await plainClient(platform.port);
  await publish('v1/gateway/connect', { device: 'A' });
  const results = [];
  for (const seq of [8, 9, 9]) results.push(await publish('v1/gateway/telemetry', { A: [item(seq)] }));
  expect(results).toEqual([0, 128, 0]);
  await platform.command({ do: 'goAway' });
  await expect(plainClient(platform.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await platform.command({ do: 'comeBack' });
  await close();
});

test('a target not reached is an error that holds the report', async () => {
  await expect(platform.reached(1_000_000, 50)).rejects.toThrow('not within 50 ms: 1000000 different messages');
});

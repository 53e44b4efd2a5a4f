import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { haveMosquitto } from '../peers/mosquitto.js';
import { peer } from '../peers/require-peer.js';
import { staged } from './staged.js';

/** `RPC_BACKLOG=100000` measures it at full size. */
const BACKLOG = Number(process.env.RPC_BACKLOG ?? 5_000);
const CHUNK = Math.min(5_000, BACKLOG);
const IDLE_CALLS = 50;
/** So small a backlog would be gone before much was asked: publishes small and slow to be acknowledged make it last. */
const slow = BACKLOG < 50_000 ? { payload: 500, puback: 50 } : undefined;
/** What is promised, in ms; where the machine is so busy that even an idle gateway is slow, some times that. */
const PROMISED = 100;
const BUSY_MACHINE = 20;

const echo = {
  requestsMapping: {
    serverSideRpc: [
      {
        deviceNameFilter: '.*',
        methodFilter: 'echo',
        requestTopicExpression: 'call/${deviceName}/${requestId}',
        responseTopicExpression: 'answer/${deviceName}/${requestId}',
        responseTimeout: 10_000,
        valueExpression: '${params}',
      },
    ],
  },
};

const median = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;

peer('mosquitto', haveMosquitto())('a request', () => {
  const stage = staged();

  test('passes the data: its round trip while a backlog drains', async () => {
    const { platform, tap, book, ...on } = await stage({
      connector: echo,
      storage: { max_records: 2 * BACKLOG },
      ...(slow === undefined ? {} : { thingsboard: { maxPayloadSizeBytes: slow.payload } }),
    });
    const devices = await on.devices();
    devices.client.on('message', (topic, payload) => void devices.publish(topic.replace('call/', 'answer/'), payload));
    // A device that keeps its acknowledgement back to send it with more would be what is measured.
    (devices.client.stream as Socket).setNoDelay(true);
    await devices.client.subscribeAsync('call/#', { qos: 1 });
    const daemon = on.start();
    await devices.burst(10);
    await on.arrived(10);
    const [name] = devices.names as [string];
    let id = 0;
    /** From the platform's publish to the answer, in ms. */
    const roundTrip = async (): Promise<number> => {
      const mine = (id += 1);
      const replies = platform.devices.get(name)!.rpcReplies;
      const before = performance.now();
      platform.push('v1/gateway/rpc', { device: name, data: { id: mine, method: 'echo', params: mine } });
      await platform.until(() => replies.at(-1)?.id === mine, 20_000, `an answer to ${mine}`);
      return performance.now() - before;
    };
    const idle: number[] = [];
    for (let i = 0; i < IDLE_CALLS; i += 1) idle.push(await roundTrip());

    await platform.goAway();
    for (let sent = 0; sent < BACKLOG; sent += CHUNK) {
      await devices.burst(CHUNK);
      await tap.until(() => tap.counts.acknowledged >= sent + CHUNK, 60_000, 'all is on disk');
    }
    await daemon.sums(({ queued }) => queued >= BACKLOG);
    if (slow !== undefined) platform.pubackDelay(slow.puback);
    await platform.comeBack();
    await platform.until(() => platform.live()?.open.has(name) === true, 30_000, 'the device is announced');
    const busy: number[] = [];
    while (book.report().unique < BACKLOG) busy.push(await roundTrip());
    await on.arrived(BACKLOG + 10, 60_000);

    const [before, during] = [median(idle), median(busy)];
    console.log(
      `round trip of a request, median: ${before.toFixed(1)} ms idle, ${during.toFixed(1)} ms (worst ${Math.max(...busy).toFixed(0)} ms, ` +
        `${busy.length} requests) while a backlog of ${BACKLOG} drains`,
    );
    expect(busy.length).toBeGreaterThan(5);
    expect(during).toBeLessThan(Math.max(PROMISED, BUSY_MACHINE * before));
    expect(platform.violations).toEqual([]);
  }, 180_000);
});

import { Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/*
 * Rides along in the process under test (`--import`), so that the product needs no code for it. Told over file descriptor 3, a line
 * at a time: `begin` starts a measurement of the event loop, `end` answers with it, `heap` collects all garbage and answers with what is
 * left. The delay is sampled by a timer of libuv, which costs nothing worth mentioning; what it reports holds the timer's own interval.
 */
const INTERVAL_MS = 10;

const delay = monitorEventLoopDelay({ resolution: INTERVAL_MS });
const line = new Socket({ fd: 3, readable: true, writable: true });
line.unref();
line.on('error', () => undefined);

const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - INTERVAL_MS);

const obey = (order: string): void => {
  if (order === 'begin') {
    delay.reset();
    delay.enable();
  } else if (order === 'end') {
    delay.disable();
    line.write(`${JSON.stringify({ p99: late(delay.percentile(99)), max: late(delay.max) })}\n`);
  } else if (order === 'heap') {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    line.write(`${JSON.stringify({ bytes: heapUsed + external })}\n`);
  }
};

line.on('data', (bytes) => String(bytes).split('\n').filter(Boolean).forEach(obey));

// A whole pipeline: a source of one's own → a bounded queue → the console. Run: npx tsx examples/embed.ts
import { EMPTY, map, take, timer } from 'rxjs';
import { buffer, consoleSink, createLog, enclose, isKept, memoryStore, pipeline, when } from '../src/index.js';
import type { Data, Source } from '../src/index.js';

const reading = (n: number): Data => ({
  kind: 'data',
  device: 'Thermometer',
  profile: 'default',
  telemetry: [{ ts: Date.now(), values: { temperature: 20 + n / 10 } }],
  attributes: {},
});
const thermometer: Source = () => timer(0, 100).pipe(take(5), map(reading), enclose());

const limits = { records: 10_000, bytes: 10_000_000, atCapacity: 'block' as const };
const queue = buffer(memoryStore(), { limits, log: createLog(), fact: () => undefined, deadLetters: () => EMPTY });

pipeline({
  sources: { thermometer },
  through: when(isKept, queue),
  sink: consoleSink((line) => void process.stdout.write(line)),
}).subscribe({ complete: () => console.log('done') });

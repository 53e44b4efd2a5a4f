// A source of one's own → a bounded queue → the console. Run: npx tsx examples/embed.ts
import { EMPTY, map, take, timer } from 'rxjs';
import { buffer, consoleSink, createLog, enclose, isKept, memoryStore, pipeline, when } from 'tributary-gateway';
import type { Data, Limits, Source } from 'tributary-gateway';

const device = { kind: 'data', device: 'Thermometer', profile: 'default', attributes: {} } as const;
const at = (ts: number, temperature: number): Data => ({ ...device, telemetry: [{ ts, values: { temperature } }] });
const readings = timer(0, 100).pipe(map((n) => at(Date.now(), 20 + n / 10)));
const thermometer: Source = () => readings.pipe(take(5), enclose());

const limits: Limits = { records: 10_000, bytes: 10_000_000, atCapacity: 'block' };
const queue = buffer(memoryStore(), { limits, log: createLog(), fact: () => undefined, deadLetters: () => EMPTY });
const sink = consoleSink((line) => void process.stdout.write(line));

pipeline({ sources: { thermometer }, through: when(isKept, queue), sink }).subscribe();

// A pipeline whose queue is on disk: what it leaves there when it is stopped, or killed, the next run delivers.
// Run: npx tsx examples/durable-queue.ts DATA_FOLDER
import { join } from 'node:path';
import { concat, fromEvent, map, mergeMap, of, take, timer } from 'rxjs';
import { buffer, consoleSink, createLog, deadLetterFile, enclose, isKept } from 'tributary-gateway';
import { openStore, pipeline, untilAsked, when } from 'tributary-gateway';
import type { Data, Limits, Source } from 'tributary-gateway';

const folder = process.argv[2] ?? './data';
const limits: Limits = { records: 100_000, bytes: 100_000_000, atCapacity: 'block' };
const around = { limits, log: createLog(), fact: () => undefined };
const deadLetters = deadLetterFile({ file: join(folder, 'dead-letters.jsonl') });

const reading = (n: number): Data => ({
  kind: 'data',
  device: 'Counter',
  profile: 'default',
  attributes: {},
  telemetry: [{ ts: Date.now(), values: { n } }],
});
const counter: Source = (commands) =>
  timer(0, 100).pipe(
    map(reading),
    enclose(({ telemetry }) => console.log(`on disk: ${JSON.stringify(telemetry[0]?.values)}`)),
    // The end of its commands asks a source to stop.
    untilAsked(commands),
  );
const sink = consoleSink((line) => void process.stdout.write(line));

openStore({ folder, ...around })
  .pipe(
    mergeMap((store) => {
      const through = when(isKept, buffer(store, { ...around, deadLetters }));
      const running = pipeline({ sources: { counter }, through, sink, until: fromEvent(process, 'SIGTERM') });
      return concat(running, store.close(), of('closed'));
    }),
    // The folder is locked until somebody lets go of it.
    take(1),
  )
  .subscribe(console.log);

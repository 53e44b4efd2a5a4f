// A converter of one's own: lines that a logger writes, `boiler;21.5;kPa=180`, become messages. Run: npx tsx examples/custom-converter.ts
import { from, identity } from 'rxjs';
import { ProtocolError, consoleSink, convert, enclose, pipeline } from 'tributary-gateway';
import type { Data, Source, Values } from 'tributary-gateway';

const number = (text: string | undefined): number => {
  const n = Number(text);
  if (text === undefined || text === '' || Number.isNaN(n)) throw new ProtocolError('CONVERSION_FAILED', 'no number');
  return n;
};

/** Pure: one line → no message, one or many. What it throws costs that line only. */
const fromLine = (line: string): readonly Data[] => {
  if (line.startsWith('#')) return [];
  const [device = '', temperature, ...others] = line.split(';');
  const more = others.map((pair) => pair.split('=')).map(([key = '', value]) => [key, number(value)] as const);
  const values: Values = Object.fromEntries([['temperature', number(temperature)], ...more]);
  return [{ kind: 'data', device, profile: 'default', telemetry: [{ ts: Date.now(), values }], attributes: {} }];
};

const lines = ['# started', 'boiler;21.5;kPa=180', 'boiler;hot', 'cellar;12'];
const logger: Source = () =>
  from(lines).pipe(
    enclose((line) => console.log(`settled: ${line}`)),
    convert(fromLine, (error, line) => console.log(`failed: ${line}: ${String(error)}`)),
  );

pipeline({
  sources: { logger },
  through: identity,
  sink: consoleSink((line) => void process.stdout.write(line)),
}).subscribe();

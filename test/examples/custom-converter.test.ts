import { expect, it } from 'vitest';
import { run } from './run.js';

it('the converter example prints what it could convert, says what it could not, and settles each line', () => {
  const lines = run('custom-converter.ts');
  const messages = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  expect(messages.map(({ device, telemetry }) => [device, telemetry[0].values])).toEqual([
    ['boiler', { temperature: 21.5, kPa: 180 }],
    ['cellar', { temperature: 12 }],
  ]);
  expect(lines.filter((line) => !line.startsWith('{'))).toEqual([
    'settled: # started',
    'settled: boiler;21.5;kPa=180',
    'failed: boiler;hot: ProtocolError: no number',
    'settled: boiler;hot',
    'settled: cellar;12',
  ]);
}, 60_000);

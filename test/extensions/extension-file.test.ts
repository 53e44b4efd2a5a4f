import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decode } from '../../src/model/decode.js';
import { mqttConfig } from '../../src/sources/mqtt/config.js';
import { extensionFile } from '../../src/extensions/extension-file.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'extensions-'));
  mkdirSync(join(folder, 'extensions', 'mqtt'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The name as the codec lets it pass; undefined: it does not. */
const passed = (extension: unknown): string | undefined =>
  decode(mqttConfig, {
    broker: { host: 'h', security: { type: 'anonymous' } },
    mapping: [{ topicFilter: '#', converter: { type: 'custom', extension } }],
  }).value?.mapping[0]?.converter.extension;

test.each([
  '..',
  '../other',
  '../../etc/passwd',
  '/etc/passwd',
  'sub/Converter',
  'sub\\Converter',
  'C:\\Converter',
  'file:///tmp/Converter',
  'data:text/javascript,1',
  'node:fs',
  'Converter.js',
  'Conv\u0000erter',
  '.hidden',
  '',
  'a'.repeat(129),
  ['Converter'],
  { toString: 'Converter' },
])('%j names no converter', (extension) => expect(passed(extension)).toBeUndefined());

test('no name that the codec lets pass leads out of the two folders', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[\w./\\:%-]{1,20}$/)), (extension) => {
      const name = passed(extension);
      if (name === undefined) return;
      for (const place of extensionFile('mqtt', name, folder).places) {
        const from = place.startsWith(folder)
          ? join(folder, 'extensions', 'mqtt')
          : '/var/lib/thingsboard_gateway/extensions/mqtt';
        expect(relative(from, place)).toMatch(/^[\w-]+\.m?js$/);
      }
    }),
    { numRuns: 50 },
  );
});

test('a link in the folder is followed: whoever may write there may run programs anyway', () => {
  const elsewhere = join(folder, 'elsewhere.mjs');
  writeFileSync(elsewhere, 'export default () => () => [];');
  const link = join(folder, 'extensions', 'mqtt', 'Linked.mjs');
  symlinkSync(elsewhere, link);
  expect(extensionFile('mqtt', 'Linked', folder).file).toBe(link);
});

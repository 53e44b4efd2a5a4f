import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { writeTo } from '../../../src/sinks/console/write-to.js';

test('a line is out when the stream has taken it, and not before', () => {
  const taken: string[] = [];
  let release = (): void => undefined;
  const stream = new Writable({
    decodeStrings: false,
    write: (line: string, _encoding, done) => {
      taken.push(line);
      release = done;
    },
  });
  const ends: string[] = [];
  writeTo(stream)('x\n').subscribe({ complete: () => ends.push('complete') });
  expect(taken).toEqual(['x\n']);
  expect(ends).toEqual([]);
  release();
  return new Promise<void>((resolve) => {
    setImmediate(() => {
      expect(ends).toEqual(['complete']);
      resolve();
    });
  });
});

test('a stream that fails is an error', async () => {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('gone')) });
  stream.on('error', () => undefined);
  const error = await new Promise<unknown>((resolve) => {
    writeTo(stream)('x').subscribe({ error: resolve });
  });
  expect(error).toEqual(new Error('gone'));
});

import { expect, it } from 'vitest';
import { run } from './run.js';

it('the example that serves commands holds them until its device is connected, and answers each once', () => {
  const messages = run('serve-commands.ts').map((line) => JSON.parse(line));
  expect(messages.map(({ kind, id, content }) => [kind, id, content])).toEqual([
    ['connected', undefined, undefined],
    ['reply', 0, { position: 40 }],
    ['reply', 1, { error: 'a valve cannot fly', code: 404 }],
  ]);
}, 60_000);

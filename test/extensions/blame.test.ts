import { expect, it } from 'vitest';
import { accuse, blame, strayErrors } from '../../src/extensions/blame.js';

const folders = new Set(['/config/extensions/own']);
const thrown = (...frames: readonly string[]): Error =>
  Object.assign(new Error('x'), { stack: ['Error: x', ...frames.map((frame) => `    at ${frame}`)].join('\n') });
const own = 'Socket.<anonymous> (file:///config/extensions/own/own.mjs:3:10)';
const ours = 'convert (file:///opt/tributary/dist/operators/convert.js:20:5)';

it.each([
  ['code of the folder', thrown(own, ours)],
  ['what it called of the language and of Node.js', thrown('JSON.parse (<anonymous>)', 'f (node:events:517:28)', own)],
  ['what RxJS hands on', thrown('/opt/tributary/node_modules/rxjs/dist/cjs/internal/a.js:1:1', own)],
  ['an async function', thrown('async file:///config/extensions/own/deep/er.js:1:2')],
  ['a frame without a name', thrown('file:///config/extensions/own/own.mjs:1:2')],
  ['a plain path', thrown('Object.<anonymous> (/config/extensions/own/own.js:1:2)')],
])('blames the folder for %s', (_, error) => expect(blame(error, folders)).toBe('/config/extensions/own'));

it.each([
  ['what our own code threw, though theirs called it', thrown(ours, own)],
  ['a neighbour of a like name', thrown('f (file:///config/extensions/own-other/own.mjs:3:10)')],
  ['an error without a stack', Object.assign(new Error('x'), { stack: undefined })],
  ['what is no error', 'x'],
  [
    'an error whose message names the folder',
    Object.assign(new Error(), { stack: 'Error: at (/config/extensions/own/a.js:1:1)' }),
  ],
])('blames nobody for %s', (_, error) => expect(blame(error, folders)).toBeUndefined());

it.each([
  [
    'whoever began what has no file in its stack',
    thrown('TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)'),
    '/config/extensions/own',
    '/config/extensions/own',
  ],
  ['nobody if we did', thrown('TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)'), undefined, undefined],
  ['nobody if our own code threw, whoever began it', thrown(ours), '/config/extensions/own', undefined],
  ['nobody for a folder that is no module’s', thrown('node:net:1:1'), '/elsewhere', undefined],
])('blames %s', (_, error, runner, whom) => expect(blame(error, folders, runner)).toBe(whom));

it('tells the folder’s own connectors, and no others', () => {
  const heard: string[] = [];
  const [mine, other] = ['/config/extensions/own', '/other'].map((folder) =>
    strayErrors(folder).subscribe({ error: (error: unknown) => heard.push(`${folder}: ${String(error)}`) }),
  );
  accuse(new Error('x'), '/config/extensions/own');
  expect(heard).toEqual(['/config/extensions/own: Error: x']);
  mine!.unsubscribe();
  other!.unsubscribe();
});

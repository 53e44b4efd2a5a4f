import { expect, it, onTestFinished } from 'vitest';
import { ownFolders, strayErrors } from '../../src/extensions/blame.js';
import { onStray } from '../../src/main/on-stray.js';

const folder = '/config/extensions/own';

/** What is said, whom it is told, and whether the process ends. */
const after = (error: unknown): readonly unknown[] => {
  ownFolders.add(folder);
  const heard: unknown[] = [];
  const told = strayErrors(folder).subscribe({ error: () => heard.push('told') });
  onTestFinished(() => {
    told.unsubscribe();
    ownFolders.delete(folder);
  });
  onStray({ error: (text) => heard.push(text) }, () => heard.push('ended'))(error);
  return heard;
};
const from = (file: string): Error => Object.assign(new Error('x'), { stack: `Error: x\n    at f (${file}:1:1)` });

it('one of a user’s module costs that, and goes on', () =>
  expect(after(from(`file://${folder}/own.mjs`))).toEqual([
    'code of an extension failed where nobody waits for it: x',
    'told',
  ]));

it.each([
  ['one of ours', from('file:///opt/tributary/dist/pipeline.js')],
  ['what is no error', 'just a text'],
])('%s is a bug, and ends the process', (_, error) =>
  expect(after(error)).toEqual(['a bug ends the process', 'ended']),
);

import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renameFile } from '../../../src/operators/buffer/rename-file.js';
import { silent } from './rig.js';
import { folderFor } from './with-store.js';

const pairs = [
  ['a', 'b'],
  ['__proto__', 'constructor'],
] as const;

test('what was saved is there after a restart, whole and for its owner only', () =>
  folderFor(async (folder) => {
    expect(renameFile(folder, silent).load()).toBeUndefined();
    renameFile(folder, silent).save([['x', 'y']]);
    renameFile(folder, silent).save(pairs);
    expect(renameFile(folder, silent).load()).toEqual(pairs);
    expect(readdirSync(folder)).toEqual(['renamed-devices.json']);
    expect(statSync(join(folder, 'renamed-devices.json')).mode & 0o777).toBe(0o600);
    return Promise.resolve();
  }));

test('a file that cannot be read or written is said, and stops nobody', () =>
  folderFor(async (folder) => {
    const said: string[] = [];
    const log = { ...silent, error: (text: string) => void said.push(text) };
    writeFileSync(join(folder, 'renamed-devices.json'), '{"a"');
    expect(renameFile(folder, log).load()).toEqual([]);
    writeFileSync(join(folder, 'renamed-devices.json'), '[["a","b"],["c"],7,["d",""]]');
    expect(renameFile(folder, log).load()).toEqual([['a', 'b']]);
    renameFile(join(folder, 'absent'), log).save(pairs);
    expect(said).toHaveLength(2);
    return Promise.resolve();
  }));

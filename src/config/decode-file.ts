import { resolve } from 'node:path';
import type * as t from 'io-ts';
import { ConfigInvalid } from './config-invalid.js';
import { decodeSafely } from './decode-safely.js';
import { readJson } from './read-json.js';

/** Reads and decodes a file; a relative name starts at `folder`. Throws {@link ConfigInvalid} with every mistake in it. */
export const decodeFile = <A>(codec: t.Type<A, unknown>, file: string, folder: string): A => {
  const read = readJson(resolve(folder, file), file);
  if ('problem' in read) throw new ConfigInvalid([read.problem]);
  const { value, problems } = decodeSafely(codec, read.value);
  if (value === undefined) throw new ConfigInvalid(problems.map((problem) => ({ ...problem, file })));
  return value;
};

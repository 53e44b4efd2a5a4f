import { resolve } from 'node:path';

const names = ['certfile', 'keyfile', 'cafile'] as const;

/** Certificates and keys with their names made absolute: they start at `folder`. */
export const placedFiles = <F extends Readonly<Partial<Record<(typeof names)[number], string>>>>(
  files: F,
  folder: string,
): F => ({
  ...files,
  ...Object.fromEntries(
    names.flatMap((key) => {
      const name = files[key];
      return name === undefined ? [] : [[key, resolve(folder, name)] as const];
    }),
  ),
});

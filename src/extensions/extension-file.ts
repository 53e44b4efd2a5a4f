import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../model/codec.js';

/** Where the incumbent has its extensions, a folder for each type of connector. */
const INSTALLED = '/var/lib/thingsboard_gateway/extensions';

/** The name of an extension, or of its connector's type: what cannot lead out of a folder. */
export const isExtensionName = (text: string): boolean => /^[A-Za-z_][\w-]{0,127}$/.test(text);

/** Where an extension is looked for, and where it is, if it is anywhere. */
export interface ExtensionFile {
  readonly places: readonly string[];
  readonly file: string | undefined;
}

/**
 * The module of a user's own that stands for `name` in the folder of a connector's type: `extensions/TYPE/NAME.js` or `.mjs` in `folder`, that of the
 * configuration, else the same in the folder where the incumbent has them.
 *
 * Promises: a name that is none leads nowhere.
 */
export const extensionFile = (type: string, name: string, folder: string): ExtensionFile => {
  if (!isExtensionName(type) || !isExtensionName(name)) return { places: [], file: undefined };
  const folders = [join(folder, 'extensions', type), join(INSTALLED, type)];
  const places = folders.flatMap((each) => ['.js', '.mjs'].map((ending) => join(each, name + ending)));
  return { places, file: places.find((place) => existsSync(place)) };
};

/** What a report says of an extension that is nowhere; undefined: it is there. Loads nothing. */
export const missingExtension = (
  type: string,
  name: string,
  folder: string,
): Pick<Problem, 'found' | 'expected'> | undefined => {
  const { places, file } = extensionFile(type, name, folder);
  if (file !== undefined) return undefined;
  const expected =
    places.length === 0
      ? 'a name of letters, digits, _ and -, without an ending'
      : `the name of one of these files: ${places.join(', ')}`;
  return { found: JSON.stringify(name), expected };
};

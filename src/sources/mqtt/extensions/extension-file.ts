import { existsSync } from 'node:fs';
import { join } from 'node:path';

const INSTALLED = '/var/lib/thingsboard_gateway/extensions/mqtt';

/** Where a custom converter is looked for, and where it is, if it is anywhere. `folder` is that of the configuration. */
export const extensionFile = (
  extension: string,
  folder: string,
): { readonly places: readonly string[]; readonly file: string | undefined } => {
  const folders = [join(folder, 'extensions', 'mqtt'), INSTALLED];
  const places = folders.flatMap((each) => ['.js', '.mjs'].map((ending) => join(each, extension + ending)));
  return { places, file: places.find((place) => existsSync(place)) };
};

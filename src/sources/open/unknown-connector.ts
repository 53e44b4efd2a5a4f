import { extensionFile } from '../../extensions/extension-file.js';
import type { Problem } from '../../model/codec.js';
import { nearestOf } from '../../model/decode.js';

/** What a report says of a connector that nobody knows: at which key of its entry, what stands there and what would have been right. */
export const unknownConnector = (
  { type, class: name }: { readonly type: string; readonly class?: string },
  folder: string,
  types: readonly string[],
): Omit<Problem, 'path'> & { readonly key: 'type' | 'class' } => {
  const { places } = extensionFile(type, name ?? type, folder);
  if (name !== undefined) {
    const files = `one of these files: ${places.join(', ')}`;
    const letters = 'a name of letters, digits, _ and -, as the type is';
    return { key: 'class', found: JSON.stringify(name), expected: places.length === 0 ? letters : files };
  }
  const nearest = nearestOf(type, types);
  const known = `a connector type that is known (${types.join(', ')})`;
  const [place] = places;
  return {
    key: 'type',
    found: JSON.stringify(type),
    // Whoever has misspelt a name does not look for a folder of their own.
    expected: nearest === undefined && place !== undefined ? `${known}, or a connector of your own at ${place}` : known,
    ...(nearest === undefined ? {} : { nearest }),
  };
};

import { missingExtension } from '../../extensions/extension-file.js';
import type { Problem } from '../../model/codec.js';
import type { RestConfig } from './config.js';

/** The custom converters of a configuration whose file is nowhere. Loads none: they are the user's programs. */
export const missingExtensions = ({ mapping }: RestConfig, folder: string): readonly Problem[] =>
  mapping.flatMap(({ converter: { extension } }, i) => {
    const missing = extension === undefined ? undefined : missingExtension('rest', extension, folder);
    return missing === undefined ? [] : [{ path: `mapping[${i}].converter.extension`, ...missing }];
  });

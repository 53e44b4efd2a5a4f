import type { Problem } from '../../../model/codec.js';
import type { MqttConfig } from '../config.js';
import { extensionFile } from './extension-file.js';

/** The custom converters of a configuration whose file is nowhere. Loads none: they are the user's programs. */
export const missingExtensions = ({ mapping }: MqttConfig, folder: string): readonly Problem[] =>
  mapping.flatMap(({ converter: { extension } }, i) => {
    if (extension === undefined) return [];
    const { places, file } = extensionFile(extension, folder);
    if (file !== undefined) return [];
    const path = `mapping[${i}].converter.extension`;
    return [
      { path, found: JSON.stringify(extension), expected: `the name of one of these files: ${places.join(', ')}` },
    ];
  });

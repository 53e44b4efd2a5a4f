import { missingExtension } from '../../extensions/extension-file.js';
import type { Problem } from '../../model/codec.js';
import type { RestConfig } from './config.js';
import { customRules } from './extensions/custom-rules.js';

/** The custom converters of a configuration whose file is nowhere. Loads none: they are the user's programs. */
export const missingExtensions = (config: RestConfig, folder: string): readonly Problem[] => {
  const named = [
    ...config.mapping.flatMap(({ converter: { extension } }, i) =>
      extension === undefined ? [] : [{ path: `mapping[${i}].converter.extension`, extension }],
    ),
    ...customRules(config).map(({ label, extension }) => ({ path: `requestsMapping.${label}.extension`, extension })),
  ];
  return named.flatMap(({ path, extension }) => {
    const missing = missingExtension('rest', extension, folder);
    return missing === undefined ? [] : [{ path, ...missing }];
  });
};

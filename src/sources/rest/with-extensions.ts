import { loadNamed } from '../../extensions/load-named.js';
import { onceLoaded } from '../../extensions/once-loaded.js';
import type { Context, Source } from '../../model/component.js';
import type { RestConfig } from './config.js';
import { customRules } from './extensions/custom-rules.js';
import { intake } from './intake.js';

/**
 * The REST source with the user's own converters: they are loaded when the source is subscribed to, before anything listens.
 *
 * Promises: an endpoint whose converter cannot be loaded or made is not opened, a rule whose converter cannot be sends nothing and answers its calls with the reason,
 * and both is said; the others work. Commands that come while converters load are held.
 */
export const withExtensions = (config: RestConfig, context: Context): Source => {
  const names = [
    ...config.mapping.flatMap(({ converter: { extension } }) => (extension === undefined ? [] : [extension])),
    ...customRules(config).map(({ extension }) => extension),
  ];
  if (names.length === 0) return intake(config, context);
  return onceLoaded(loadNamed('rest', names, context.folder), (loaded) => intake(config, context, {}, loaded));
};

import { loadNamed } from '../../extensions/load-named.js';
import { onceLoaded } from '../../extensions/once-loaded.js';
import type { Context, Source } from '../../model/component.js';
import { customNames } from './extensions/custom-names.js';
import { intake } from './intake.js';
import type { Intake } from './intake.js';

/**
 * The Modbus source with the user's own converters: they are loaded when the source is subscribed to, before anything is connected.
 *
 * Promises: a slave whose `uplink_converter` cannot be loaded or made is not polled, one whose `downlink_converter` cannot be is not written, its calls are answered
 * with the reason, and both is said; the others work. Commands that come while converters load are held.
 */
export const withExtensions = (parts: Omit<Intake, 'loaded'>, context: Context): Source => {
  const names = parts.slaves.flatMap((slave) => Object.values(customNames(slave)));
  if (names.length === 0) return intake(parts, context);
  return onceLoaded(loadNamed('modbus', names, context.folder), (loaded) => intake({ ...parts, loaded }, context));
};

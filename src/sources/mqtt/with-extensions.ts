import { tap } from 'rxjs';
import { onceLoaded } from '../../extensions/once-loaded.js';
import type { Context, Source } from '../../model/component.js';
import { reasonOf } from '../../model/errors.js';
import type { MqttConfig } from './config.js';
import { intake } from './intake.js';
import type { Halves } from './intake.js';
import { loadConverters } from './extensions/load-converters.js';
import { customRules } from './extensions/custom-rules.js';
import type { LoadedConverters } from './extensions/load-converters.js';
import { mappings } from './uplink/mappings.js';
import type { uplink } from './uplink.js';

/**
 * The MQTT source with the user's own converters: they are loaded when the source is subscribed to, before anything is connected.
 *
 * Promises: a converter that cannot be loaded or made is said at once (an error in the log and an alert), and again with each message of its
 * mapping, which is counted as failed, or in the answer to each call of its rule; the other mappings and rules work. Commands that come while converters load are held.
 */
export const withExtensions =
  (halves: { readonly connect: Halves['connect']; readonly uplink: typeof uplink }) =>
  (config: MqttConfig, context: Context): Source => {
    const { name: who, log, fact, folder } = context;
    const customs = mappings(config.mapping).usable.filter((usable) => usable.kind === 'custom');
    const rules = customRules(config);
    const report = ({ ups, downs }: LoadedConverters): void => {
      const say = (text: string, label: string, made: unknown): void => {
        if (!(made instanceof Error)) return;
        const why = reasonOf(made);
        log.error(text, { mapping: label, why });
        fact({ kind: 'alert', who, code: 'CONFIG_INVALID', text: `${label}: ${why}` });
      };
      for (const [label, made] of ups)
        say('a converter cannot be used: the messages of its mapping will be lost', label, made);
      for (const [label, made] of downs)
        say('a converter cannot be used: what its rule is for will not be published', label, made);
    };
    const open = ({ ups, downs }: LoadedConverters): Source =>
      intake({
        connect: halves.connect,
        uplink: (decoded, onFailure, onNothing) => halves.uplink(decoded, onFailure, ups, onNothing),
        downs,
      })(config, context);
    if (customs.length + rules.length === 0) return open({ ups: new Map(), downs: new Map() });
    return onceLoaded(loadConverters(customs, rules, folder).pipe(tap(report)), open);
  };

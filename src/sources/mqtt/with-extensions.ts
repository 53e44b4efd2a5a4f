import { connect, mergeMap, ReplaySubject, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Command } from '../../model/command.js';
import type { Context, Source } from '../../model/component.js';
import type { Envelope } from '../../model/envelope.js';
import { reasonOf } from '../../model/errors.js';
import type { Message } from '../../model/message.js';
import type { MqttConfig } from './config.js';
import { intake } from './intake.js';
import type { Halves } from './intake.js';
import { loadConverters } from './extensions/load-converters.js';
import type { Converters } from './extensions/load-converters.js';
import { mappings } from './uplink/mappings.js';
import type { uplink } from './uplink.js';

/** Commands that are held while converters load, and for how long, in ms. */
const HELD = 1_000;
const HELD_MS = 10_000;

/**
 * The MQTT source with the user's own converters: they are loaded when the source is subscribed to, before anything is connected.
 *
 * Promises: a converter that cannot be loaded or made is said at once (an error in the log and an alert), and again with each message of its
 * mapping, which is counted as failed; the other mappings work. Commands that come while converters load are held.
 */
export const withExtensions =
  (halves: { readonly connect: Halves['connect']; readonly uplink: typeof uplink }) =>
  (config: MqttConfig, context: Context): Source => {
    const { name: who, log, fact, folder } = context;
    const customs = mappings(config.mapping).usable.filter((usable) => usable.kind === 'custom');
    const report = (converters: Converters): void => {
      for (const [mapping, made] of converters) {
        if (!(made instanceof Error)) continue;
        const why = reasonOf(made);
        log.error('a converter cannot be used: the messages of its mapping will be lost', { mapping, why });
        fact({ kind: 'alert', who, code: 'CONFIG_INVALID', text: `${mapping}: ${why}` });
      }
    };
    const run = (commands: Observable<Command>): Observable<Envelope<Message>> =>
      loadConverters(customs, folder).pipe(
        tap(report),
        mergeMap((converters) =>
          intake({
            connect: halves.connect,
            uplink: (decoded, onFailure, onNothing) => halves.uplink(decoded, onFailure, converters, onNothing),
          })(
            config,
            context,
          )(commands),
        ),
      );
    if (customs.length === 0) return run;
    return (commands) => commands.pipe(connect(run, { connector: () => new ReplaySubject(HELD, HELD_MS) }));
  };

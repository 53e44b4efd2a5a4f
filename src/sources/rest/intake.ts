import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  asyncScheduler,
  connect as multicast,
  defer,
  endWith,
  filter,
  finalize,
  ignoreElements,
  merge,
  of,
  ReplaySubject,
  share,
  takeUntil,
  Subject,
  tap,
} from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Command } from '../../model/command.js';
import type { Context, Source } from '../../model/component.js';
import type { Envelope } from '../../model/envelope.js';
import { Unavailable } from '../../model/errors.js';
import type { Counter } from '../../model/fact.js';
import type { Message } from '../../model/message.js';
import type { Backoff } from '../../operators/backoff.js';
import { enclose } from '../../operators/enclose.js';
import { flat } from '../../operators/flat.js';
import { meter } from '../../operators/meter.js';
import { serve } from '../../operators/serve.js';
import { stamper } from '../../operators/stamp.js';
import { supervise } from '../../operators/supervise.js';
import { client } from './client.js';
import type { RestConfig } from './config.js';
import { desk } from './desk.js';
import type { Rule } from './desk.js';
import { downlink } from './downlink.js';
import { downs } from './extensions/downs.js';
import { rules } from './rules.js';
import type { Converters } from './rules.js';
import { server } from './server.js';
import { certificate } from './server/certificate.js';
import { endpoints } from './server/endpoints.js';

/** Calls that may be under way to devices at a time, and as many may wait. */
const CALLS = 64;

export interface Timing {
  readonly scheduler?: SchedulerLike;
  readonly backoff?: Backoff;
  /** Where a certificate of its own is made. Default: the working folder. */
  readonly workingFolder?: string;
}

/**
 * The REST source in time: listens, and tries again after a failure; converts, stamps and answers requests; sends what goes down to devices.
 *
 * Promises: a request is answered 200 once what it said is acknowledged. When `commands` completes the listening ends, those that wait for the platform are answered 503,
 * and the source completes once every request is answered and everything it emitted is settled.
 */
export const intake = (
  config: RestConfig,
  context: Context,
  { scheduler = asyncScheduler, backoff, workingFolder = process.cwd() }: Timing = {},
  converters: Converters = () => new Error('its converter was not loaded'),
): Source => {
  const { name: who, log, fact, folder } = context;
  const count = (counter: Counter): void => fact({ kind: 'count', who, counter, n: 1 });
  const { usable, unusable } = rules(config, converters);
  const own = downs(config, converters);
  const say = (text: string, { label, why }: (typeof unusable)[number]): void => {
    log.error(text, { mapping: label, why });
    fact({ kind: 'alert', who, code: 'CONFIG_INVALID', text: `${label}: ${why}` });
  };
  for (const one of unusable) say('a mapping is not used', one);
  for (const one of own.unusable) say('a converter cannot be used: what its rule is for will not be sent', one);
  const routes = endpoints<Rule>(usable, (endpoint, method) =>
    log.warn('an endpoint stands twice in the file: the later one counts', { endpoint, method }),
  );
  const undelivered = (what: Readonly<Record<string, unknown>>): void =>
    log.warn('something for a device could not be delivered', what);

  const run = (commands: Observable<Command>): Observable<Envelope<Message>> =>
    defer(() => {
      const exchanged = meter();
      context.meter?.(exchanged.read);
      const stamp = stamper({
        now: () => scheduler.now(),
        onCollision: (n) => fact({ kind: 'count', who, counter: 'collided', n }),
      });
      const { take, hear, end } = desk({
        storageTimeout: config.server.storageTimeout * 1_000,
        messageOf: (said) =>
          said.report === undefined ? stamp(said, who) : { ...stamp(said, who), report: said.report },
        onBad: (endpoint, why) => {
          log.warn('a request could not be converted', { endpoint, why, code: 'CONVERSION_FAILED' });
          count('failed');
        },
        onReturned: (endpoint, why) => {
          log.warn('a request was refused', { endpoint, why: why.message });
          // Whoever refused it for good has counted it.
          if (why instanceof Unavailable) count('shed');
        },
        scheduler,
      });
      const heard = commands.pipe(tap({ next: hear, complete: end }), share());
      // Subscribed to once, by `supervise`, and told to every server, however late it is made.
      const stop = heard.pipe(
        ignoreElements(),
        endWith(undefined),
        share({ connector: () => new ReplaySubject<unknown>(1), resetOnComplete: false }),
      );
      const over = new Subject<void>();
      const up = supervise({
        context,
        stop,
        scheduler,
        most: config.maxReconnectAttempts,
        ...(backoff === undefined ? {} : { backoff }),
      })((onConnected) =>
        defer(() =>
          server(config.server, routes, certificate(config.server, { folder, workingFolder, now: scheduler.now() }), {
            onListening: (address) => {
              log.info('listening', { address });
              onConnected();
            },
            onRefused: ({ method, path }, status, why) => {
              log[status === 401 || status >= 500 ? 'warn' : 'debug']('a request was refused', {
                method,
                path,
                status,
                why,
              });
              if (status === 503) count('shed');
            },
            onReceived: exchanged.took,
            onSent: exchanged.gave,
            stop,
          }),
        ),
      ).pipe(
        flat(take),
        finalize(() => over.next()),
      );

      const out = client({
        read: (path) => readFileSync(resolve(folder, path)),
        onSent: exchanged.gave,
        scheduler,
      });
      const failed = ({ device, why }: { readonly device?: string; readonly why: string }): void =>
        undelivered({ what: 'attributeUpdate', device, why });
      const handle = downlink(config, failed, own.of);
      const down = (kind: Command['kind'], limit?: number): Observable<Message> =>
        serve(
          heard.pipe(
            filter((command) => command.kind === kind),
            takeUntil(over),
          ),
          of(out),
          handle,
          {
            name: who,
            ...(limit === undefined ? {} : { limit }),
            onFailure: ({ kind: what, device }, why) => undelivered({ what, device, why }),
            scheduler,
          },
        );
      return merge(merge(down('rpc', CALLS), down('attributeUpdate')).pipe(enclose()), up).pipe(finalize(out.close));
    });

  // One subscription for both ways, and the way down listens first.
  return (commands) => commands.pipe(multicast(run));
};

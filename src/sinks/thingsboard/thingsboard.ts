import {
  asyncScheduler,
  concat,
  defer,
  EMPTY,
  finalize,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  pipe,
  ReplaySubject,
  Subject,
  switchMap,
  take,
  takeUntil,
  takeWhile,
  tap,
  timer,
} from 'rxjs';
import type { OperatorFunction, SchedulerLike } from 'rxjs';
import type { Command, Rpc } from '../../model/command.js';
import type { Context, Sink } from '../../model/component.js';
import { replace } from '../../model/envelope.js';
import type { Envelope } from '../../model/envelope.js';
import { isKept } from '../../model/message.js';
import type { Kept } from '../../model/message.js';
import { replyTo } from '../../model/reply-to.js';
import type { Backoff } from '../../operators/backoff.js';
import { deviceChanges } from '../../operators/device-changes.js';
import { apologies } from '../../operators/dispatch/apologies.js';
import { enclose } from '../../operators/enclose.js';
import { flat } from '../../operators/flat.js';
import { packMap } from '../../operators/pack-map.js';
import { when } from '../../operators/when.js';
import { allowance } from './allowance.js';
import { announcer } from './announce.js';
import { answers } from './answers.js';
import { authorized } from './authorized.js';
import { commands } from './commands.js';
import type { ThingsBoardConfig } from './config.js';
import { control } from './control.js';
import { deletedDevices } from './deleted-devices.js';
import { askLimits } from './limits.js';
import { links } from './links.js';
import { newNames } from './new-names.js';
import { parts } from './parts.js';
import { transmit } from './transmit.js';

/** What tests and embedders may choose. */
export interface ThingsBoardExtra {
  /** How long to wait before each new connection. Default: full jitter of 15 s at most; a minute at least after refused credentials. */
  readonly backoff?: Backoff;
  /** Where credentials are stored that the platform gives, if the folder of the configuration cannot be written to. Default: nowhere else. */
  readonly folders?: readonly string[];
  /** Where time comes from. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** How long in ms what is in flight may still be acknowledged once the messages have ended. */
const GRACE = 2_000;

/**
 * The ThingsBoard platform as a sink: takes messages to it over MQTT and emits the commands that it sends.
 *
 * Promises: a message is acknowledged only when the platform has acknowledged all of it with reason 0; refused only when the platform can
 * never take it; `Unavailable` when its device must wait. Whatever else happens to the connection, it stays unsettled and is sent again. Each
 * device's messages go in the order in which they came; what the platform refuses for a moment may be overtaken by what is in flight behind it. No rate limit is exceeded. When the messages end, what is in flight has two seconds
 * to be acknowledged (none if there is no connection), and requests that come meanwhile are answered with code 503; then it says DISCONNECT and completes. It errors only if a certificate file
 * cannot be read when it starts, or if the platform does not know the keys with which it asks for credentials. Source: the platform's MQTT contract.
 */
export const thingsboard =
  (
    config: ThingsBoardConfig,
    context: Context,
    { backoff, folders = [], scheduler = asyncScheduler }: ThingsBoardExtra = {},
  ): Sink =>
  (messages) =>
    defer(() => {
      const allowed = allowance(config, scheduler);
      const names = newNames();
      const announce = announcer(allowed.devices, names, scheduler);
      const asked = answers();
      const link = links({
        connect: authorized(config, context, folders, scheduler),
        context,
        scheduler,
        ...(backoff === undefined ? {} : { backoff }),
      });
      const send = transmit({
        names,
        links: link,
        allowance: allowed,
        announce,
        context,
        mqttVersion: config.mqttVersion,
        scheduler,
      });
      const steer = control({ links: link, allowance: allowed, announce, answers: asked, scheduler });

      const publish: OperatorFunction<Envelope<Kept>, Envelope<never>> = pipe(
        flat((message) => parts(message, allowed.pack(), names.next())),
        packMap(send, {
          parcel: ({ value }) => value,
          limits: allowed.pack,
          concurrency: config.maxInflightPublishes,
        }),
      );
      /** Not a second subscription to the messages, of which there are many. */
      const ended = new ReplaySubject<void>(1);

      const graceOver = link.pipe(
        switchMap(({ session }) => timer(session === undefined ? 0 : GRACE, scheduler)),
        take(1),
      );
      let hasEnded = false;
      const end = (): void => {
        hasEnded = true;
        ended.next();
      };
      const stranded = new Subject<Rpc>();
      const refused = stranded.pipe(
        enclose(),
        map((item) => replace(item, replyTo(item.value, apologies.stopping))),
        mergeMap((reply) => steer(reply, NEVER)),
      );
      const over = new Subject<void>();
      const uplink = merge(
        refused.pipe(takeUntil(over)),
        messages.pipe(
          tap({ complete: end }),
          when(isKept, publish),
          mergeMap((message) => steer(message, ended)),
          takeUntil(ended.pipe(switchMap(() => graceOver))),
          finalize(() => over.next()),
        ),
      );
      const onSession = link.pipe(
        switchMap(({ session }) =>
          session === undefined
            ? EMPTY
            : merge(commands(session, asked, context), askLimits(session, allowed), announce.rest(session)),
        ),
        tap((command) => {
          for (const [old, now] of config.handleDeviceRenaming ? deviceChanges(command).renamed : []) {
            announce.rename(old, now);
            names.add(old, now);
          }
          deletedDevices(command).forEach(announce.forget);
          if (hasEnded && command.kind === 'rpc') stranded.next(command);
        }),
      );
      return merge<(Command | undefined)[]>(onSession, concat(uplink, of(undefined))).pipe(
        takeWhile((command) => command !== undefined),
      );
    });

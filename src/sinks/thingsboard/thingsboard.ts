import {
  asyncScheduler,
  concat,
  connect as connectTo,
  defer,
  EMPTY,
  ignoreElements,
  merge,
  mergeMap,
  of,
  pipe,
  switchMap,
  take,
  takeUntil,
  takeWhile,
  tap,
  timer,
} from 'rxjs';
import type { Observable, OperatorFunction, SchedulerLike } from 'rxjs';
import type { Command } from '../../model/command.js';
import type { Context, Sink } from '../../model/component.js';
import type { Envelope } from '../../model/envelope.js';
import { isKept } from '../../model/message.js';
import type { Kept, Message } from '../../model/message.js';
import type { Backoff } from '../../operators/backoff.js';
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
import { parts } from './parts.js';
import { renamedDevices } from './renamed-devices.js';
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
 * device's messages go in the order in which they came. No rate limit is exceeded. When the messages end, what is in flight has two seconds
 * to be acknowledged (none if there is no connection); then it says DISCONNECT and completes. It errors only if a certificate file
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
      const announce = announcer(allowed.devices, scheduler);
      const asked = answers();
      const link = links({
        connect: authorized(config, context, folders, scheduler),
        context,
        scheduler,
        ...(backoff === undefined ? {} : { backoff }),
      });
      /** Messages so far. */
      let born = 0;
      const send = transmit({
        born: () => born,
        links: link,
        allowance: allowed,
        announce,
        context,
        mqttVersion: config.mqttVersion,
        scheduler,
      });
      const steer = control({ links: link, allowance: allowed, announce, answers: asked, scheduler });

      const publish: OperatorFunction<Envelope<Kept>, Envelope<never>> = pipe(
        flat((message) => parts(message, allowed.pack(), (born += 1))),
        packMap(send, {
          parcel: ({ value }) => value,
          limits: allowed.pack,
          concurrency: config.maxInflightPublishes,
        }),
      );
      const deliver = (all: Observable<Envelope<Message>>): Observable<never> =>
        all.pipe(when(isKept, publish), mergeMap(steer));

      const graceOver = link.pipe(
        switchMap(({ session }) => timer(session === undefined ? 0 : GRACE, scheduler)),
        take(1),
      );
      const uplink = messages.pipe(
        connectTo((all) => deliver(all).pipe(takeUntil(concat(all.pipe(ignoreElements()), graceOver)))),
      );
      const onSession = link.pipe(
        switchMap(({ session }) =>
          session === undefined
            ? EMPTY
            : merge(commands(session, asked, context), askLimits(session, allowed), announce.rest(session)),
        ),
        tap((command) => {
          for (const [old, now] of renamedDevices(command)) announce.rename(old, now);
          deletedDevices(command).forEach(announce.forget);
        }),
      );
      return merge<(Command | undefined)[]>(onSession, concat(uplink, of(undefined))).pipe(
        takeWhile((command) => command !== undefined),
      );
    });

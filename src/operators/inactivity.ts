import { Observable, asyncScheduler } from 'rxjs';
import type { SchedulerLike, Subscription } from 'rxjs';
import type { Log, Operator } from '../model/component.js';
import { envelope } from '../model/envelope.js';
import type { Envelope } from '../model/envelope.js';
import { Unavailable } from '../model/errors.js';
import { GATEWAY_DEVICE } from '../model/message.js';
import type { Message } from '../model/message.js';
import type { Owned } from './roster.js';

export interface InactivityOptions {
  /** How long a device may be silent, in ms. */
  readonly timeout: number;
  /** How often that is looked at, in ms. */
  readonly period: number;
  /** Devices that the platform takes for connected from an earlier run: their silence counts from the start. Default: none. */
  readonly connected?: readonly Owned[];
  /** How many devices are watched. Default 100 000; others are never disconnected for their silence. */
  readonly most?: number;
  readonly log: Log;
  readonly scheduler?: SchedulerLike;
}

interface Watched {
  connector: string | undefined;
  /** The look at which, or after which, something last came. */
  look: number;
}

/**
 * Says of a device that it is disconnected when nothing has come from it for a while. Its next data connects it again.
 *
 * ```
 * source  -a-----a---------   timeout 5, looked at every 2 from the first message on
 * result  -a-----a-----!---
 * ```
 *
 * Promises: never sooner than `timeout`, and at most two periods later. Silence is counted in looks, so that a clock that is set disconnects
 * nobody. The message comes after all of the device's own. One that comes back as unavailable is said again. No timer runs while no device is
 * watched. Memory is bounded by `most`. Source: core specification, §9.
 */
export const inactivity =
  ({ timeout, period, connected = [], most = 100_000, log, scheduler = asyncScheduler }: InactivityOptions): Operator =>
  (source) =>
    new Observable<Envelope<Message>>((subscriber) => {
      const watched = new Map<string, Watched>();
      /** A device that came just before a look has been silent for one period less than it seems. */
      const patience = Math.ceil(timeout / period) + 1;
      let looks = 0;
      let timer: Subscription | undefined;
      let isFull = false;

      const leave = (device: string, connector: string | undefined): void => {
        watched.delete(device);
        const again = (): void => {
          if (!watched.has(device)) watch(device, connector);
        };
        subscriber.next(
          envelope<Message>(
            { kind: 'disconnected', device, ...(connector === undefined ? {} : { connector }) },
            () => undefined,
            (why) => {
              if (why instanceof Unavailable) again();
            },
          ),
        );
      };
      const look = (): void => {
        looks += 1;
        timer = undefined;
        for (const [device, { connector, look: last }] of [...watched])
          if (looks - last >= patience) leave(device, connector);
        arm();
      };
      const arm = (): void => {
        if (watched.size > 0 && !subscriber.closed) timer ??= scheduler.schedule(look, period);
      };
      const watch = (device: string, connector: string | undefined): void => {
        const known = watched.get(device);
        if (known) {
          known.look = looks;
          known.connector = connector ?? known.connector;
          return;
        }
        if (watched.size >= most) {
          if (!isFull)
            log.warn('more devices than are watched: the others are not disconnected for their silence', { most });
          isFull = true;
          return;
        }
        watched.set(device, { connector, look: looks });
        arm();
      };

      for (const { device, connector } of connected) watch(device, connector);
      const intake = source.subscribe({
        next: (item) => {
          const { value } = item;
          if (value.device !== undefined && value.device !== GATEWAY_DEVICE) {
            if (value.kind === 'disconnected') {
              watched.delete(value.device);
              if (watched.size === 0) {
                timer?.unsubscribe();
                timer = undefined;
              }
            } else if (value.kind !== 'reply') watch(value.device, value.connector);
            else if (watched.has(value.device)) watch(value.device, undefined);
          }
          subscriber.next(item);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
      return () => {
        intake.unsubscribe();
        timer?.unsubscribe();
      };
    });

import { connect } from 'mqtt';
import type { IClientOptions, MqttClient } from 'mqtt';
import { asapScheduler, concat, Observable, observeOn, takeUntil } from 'rxjs';
import type { Subscription } from 'rxjs';
import { envelope } from '../../model/envelope.js';
import type { Envelope } from '../../model/envelope.js';
import { ConnectionError, reasonOf, Refused } from '../../model/errors.js';
import { connectOptions } from './connect-options.js';
import type { BrokerOptions } from './connect-options.js';
import { deferredPuback } from './deferred-puback.js';
import { inOrder } from './in-order.js';
import { randomClientId } from './random-client-id.js';
import type { Raw } from './raw.js';
import type { Unsettled } from './unsettled.js';

/** A PUBLISH with the delivery guarantee it came with. */
export interface Received extends Raw {
  readonly qos: 0 | 1 | 2;
}

/** What is wanted of the broker. Wildcards and `$share/group/filter` pass through as they are. */
export interface Subscribed {
  readonly topicFilter: string;
  readonly qos: 0 | 1;
}

export interface ClientOptions {
  /** The account of all connections; reading stops while it is full. */
  readonly unsettled: Unsettled;
  /** Its first value ends the intake. Replays it to whoever subscribes later. */
  readonly stop: Observable<unknown>;
  /** Reads a certificate. */
  readonly read: (path: string) => Buffer;
  readonly onConnected: () => void;
  readonly onFilterRefused: (topicFilter: string, why: string) => void;
  /** A message came back as one that can never be taken. */
  readonly onRefused: (why: Refused) => void;
}

const NOTHING = (): void => undefined;

/** CONNACK refusals carry a number, socket errors a text. Node's error for a name with several addresses has no message. */
const lost = (where: string, error: unknown): ConnectionError => {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  const text = reasonOf(error) || String(code);
  return new ConnectionError(typeof code === 'number' ? 'BROKER_REFUSED' : 'BROKER_UNREACHABLE', `${where}: ${text}`, {
    cause: error,
  });
};

/** A certificate that is no certificate is thrown at once: it may be half written, and the next try finds it whole. */
const opened = (options: IClientOptions, where: string): MqttClient => {
  try {
    return connect(options);
  } catch (error) {
    throw lost(where, error);
  }
};

/**
 * One connection to a device broker: connects on subscription, subscribes the filters after CONNACK (also to a resumed session),
 * emits each PUBLISH. Errors with a {@link ConnectionError} when the connection is refused or lost; making it anew is the caller's.
 *
 * | the envelope | QoS 1 on the wire | QoS 0 |
 * |---|---|---|
 * | `ack` | PUBACK, after it and never before, in the order of arrival, many in flight | nothing |
 * | `nack(Refused)` | PUBACK with reason 0 (the broker has done its part; a failure code would change nothing for it) | nothing |
 * | `nack(Unavailable)` | none: the connection is given up, so that the broker sends it again to the next one | nothing |
 * | nothing, or settled after its connection ended | none: the id means another message by now | nothing |
 *
 * Promises: with a session that outlives the connection (`cleanSession: false`, or version 5 with `cleanStart: false` and a
 * `sessionExpiryInterval`; both with a fixed `clientId`) what was not acknowledged comes again, so each message arrives at least
 * once. With a clean session the broker forgets it with the connection.
 *
 * Above the bounds of `unsettled` it stops reading, which makes the broker wait on every version, and holds the connection; no
 * connection is made while they are reached. `stop` ends the intake: later messages are passed over without PUBACK, the
 * unsettled ones are still acknowledged, then it says DISCONNECT and completes. Unsubscribing destroys the connection.
 */
export const client = (
  broker: BrokerOptions,
  subscriptions: readonly Subscribed[],
  { unsettled, stop, read, onConnected, onFilterRefused, onRefused }: ClientOptions,
): Observable<Envelope<Received>> => {
  // One id for all connections, or each would leave a session behind.
  const identified = { ...broker, clientId: broker.clientId ?? randomClientId() };
  const where = `${broker.host}:${broker.port}`;

  const connection = new Observable<Envelope<Received>>((subscriber) => {
    let alive = true;
    let stopping = false;
    let parting: string | undefined;
    let held: Subscription | undefined;
    const mqtt = opened(connectOptions(identified, read), where);

    let leave = (error: ConnectionError): void => (stopping ? subscriber.complete() : subscriber.error(error));
    const end = (error: ConnectionError): void => {
      alive = false;
      leave(error);
    };
    /** Leaves politely, behind the PUBACKs that were just written; at once if the connection goes first. */
    const part = (then: () => void): void => {
      alive = false;
      leave = then;
      if (mqtt.connected) wire.disconnect(then);
      else then();
    };

    const pubacks = inOrder<number>((id) => wire.puback(id));
    const finish = (): void => {
      if (alive && stopping && pubacks.empty()) part(() => subscriber.complete());
    };

    const deliver = (value: Received, id: number | undefined): void => {
      const weight = { messages: id === undefined ? 0 : 1, bytes: value.payload.length };
      const done = id === undefined ? NOTHING : pubacks.add(id);
      const settle = (): void => {
        unsettled.leave(weight);
        if (!alive) return;
        done();
        finish();
      };
      unsettled.enter(weight);
      subscriber.next(
        envelope(value, settle, (why) => {
          if (why instanceof Refused) {
            onRefused(why);
            settle();
            return;
          }
          unsettled.leave(weight);
          if (!alive || id === undefined) return;
          const error = new ConnectionError('BROKER_UNREACHABLE', `${where}: left, to be sent again: ${why.message}`);
          part(() => (stopping ? subscriber.complete() : subscriber.error(error)));
        }),
      );
    };

    const wire = deferredPuback(
      mqtt,
      ({ topic, payload, retain, qos, messageId }, next) => {
        if (alive && !stopping) {
          const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
          deliver({ topic, payload: bytes, retained: retain, qos }, qos === 1 ? messageId : undefined);
        }
        if (!alive || !unsettled.full()) next();
        // Not within somebody's ack: reading on emits.
        else
          held = unsettled.room.pipe(observeOn(asapScheduler)).subscribe({
            complete: () => {
              held = undefined;
              next();
            },
          });
      },
      () => held !== undefined,
    );

    mqtt.on('connect', () => {
      if (!alive) return;
      onConnected();
      // One SUBSCRIBE each: mqtt.js throws out a whole packet for one bad filter.
      for (const { topicFilter, qos } of subscriptions)
        mqtt.subscribe(topicFilter, { qos }, (error) => {
          if (error && alive && mqtt.connected) onFilterRefused(topicFilter, error.message);
        });
    });
    mqtt.on('disconnect', ({ reasonCode = 0 }) => (parting = `the broker left with reason ${reasonCode}`));
    mqtt.on('error', (error) => end(lost(where, error)));
    mqtt.on('close', () => end(lost(where, parting ?? 'the connection was lost')));

    const stopped = stop.subscribe(() => {
      stopping = true;
      finish();
    });

    return () => {
      alive = false;
      stopped.unsubscribe();
      held?.unsubscribe();
      mqtt.end(true);
    };
  });

  return concat(unsettled.room.pipe(takeUntil(stop)), connection);
};

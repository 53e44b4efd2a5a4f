import type { Socket } from 'node:net';
import { connect, ReasonCodes, Store } from 'mqtt';
import type { IClientOptions, MqttClient } from 'mqtt';
import { asapScheduler, concat, Observable, observeOn, takeUntil } from 'rxjs';
import type { SchedulerLike, Subscription } from 'rxjs';
import { envelope } from '../../model/envelope.js';
import type { Envelope, Nack } from '../../model/envelope.js';
import { ConnectionError, Refused } from '../../model/errors.js';
import { dropMalformed } from '../../operators/drop-malformed.js';
import { meter as newMeter } from '../../operators/meter.js';
import type { Meter } from '../../operators/meter.js';
import { connectOptions } from './connection/connect-options.js';
import type { BrokerOptions } from './connection/connect-options.js';
import { connectionLost } from './connection/connection-lost.js';
import { deferredPuback } from './connection/deferred-puback.js';
import type { OnPublish } from './connection/deferred-puback.js';
import { inOrder } from './connection/in-order.js';
import { link } from './connection/link.js';
import type { Link, OwnLink } from './connection/link.js';
import { randomClientId } from './connection/random-client-id.js';
import type { Raw } from './connection/raw.js';
import { readPublishes } from './connection/read-publishes.js';
import { subscribeAll } from './connection/subscribe-all.js';
import type { Subscribed } from './connection/subscriptions.js';
import type { Unsettled } from './connection/unsettled.js';

/** A PUBLISH with the delivery guarantee it came with. */
export interface Received extends Raw {
  readonly qos: 0 | 1 | 2;
}

export interface ClientOptions {
  /** The account of all connections; reading stops while it is full. */
  readonly unsettled: Unsettled;
  /** Its first value ends the intake. Replays it to whoever subscribes later. */
  readonly stop: Observable<unknown>;
  /** Reads a certificate. */
  readonly read: (path: string) => Buffer;
  /**
   * Accepted, and every subscription answered. `resumed`: the broker still had the session; 3.1 cannot say and counts as resumed. `link` is
   * the way down for as long as the connection lasts.
   */
  readonly onConnected: (resumed: boolean, link: Link) => void;
  readonly onFilterRefused: (topicFilter: string, why: string) => void;
  /** The broker promises less than was asked for. */
  readonly onQosLowered: (topicFilter: string, qos: number) => void;
  /** A message came back and is not sent again: it can never be taken, or came with QoS 0. */
  readonly onRefused: (why: Nack) => void;
  /** Counts every message that comes or is sent. Default: one that nobody reads. */
  readonly meter?: Meter;
  readonly scheduler: SchedulerLike;
}

const NOTHING = (): void => undefined;

/** A certificate that is no certificate is thrown at once: it may be half written, and the next try finds it whole. */
const opened = (
  options: IClientOptions,
  { where, version, publish }: { readonly where: string; readonly version: 3 | 4 | 5; readonly publish: OnPublish },
): MqttClient => {
  try {
    // mqtt.js's own stores are null once the connection has ended, and a packet that was still to be read then would end the process.
    const [incomingStore, outgoingStore] = [new Store({ clean: false }), new Store({ clean: false })];
    const mqtt = connect({ ...options, incomingStore, outgoingStore, manualConnect: true });
    readPublishes(mqtt, publish, version);
    mqtt.connect();
    dropMalformed(mqtt);
    return mqtt;
  } catch (error) {
    throw connectionLost(error, { where, accepted: false });
  }
};

/**
 * One connection to a device broker: connects on subscription, subscribes the filters after CONNACK (also to a resumed session),
 * emits each PUBLISH. Errors with a {@link ConnectionError} when the connection is refused or lost, or when the broker leaves CONNECT or
 * SUBSCRIBE unanswered for 10 s; making it anew is the caller's.
 *
 * | the envelope | QoS 1 on the wire | QoS 0 |
 * |---|---|---|
 * | `ack` | PUBACK, after it and never before, in the order of arrival, many in flight | nothing |
 * | `nack(Refused)` | PUBACK with reason 0 (the broker has done its part; a failure code would change nothing for it); told | told |
 * | `nack(Unavailable)` | none: the connection is given up, so that the broker sends it again to the next one | told |
 * | nothing, or settled after its connection ended | none: the id means another message by now | nothing |
 *
 * Promises: with a session that outlives the connection (`cleanSession: false`, or version 5 with `cleanStart: false` and a
 * `sessionExpiryInterval`; both with a fixed `clientId`) what was not acknowledged comes again, so each message arrives at least
 * once. With a clean session the broker forgets it with the connection.
 *
 * The {@link Link} that `onConnected` gets publishes; what comes on a response topic is offered to the calls that wait, and emitted like everything else.
 *
 * Above the bounds of `unsettled` it stops reading, which makes the broker wait on every version, and holds the connection; no
 * connection is made while they are reached. `stop` ends the intake: later messages are passed over without PUBACK, the
 * unsettled ones are still acknowledged, then it says DISCONNECT and completes. Unsubscribing destroys the connection.
 */
export const client = (
  broker: BrokerOptions,
  subscriptions: readonly Subscribed[],
  { unsettled, stop, read, onConnected, onFilterRefused, onQosLowered, onRefused, scheduler, ...more }: ClientOptions,
): Observable<Envelope<Received>> => {
  // One id for all connections, or each would leave a session behind.
  const identified = { ...broker, clientId: broker.clientId ?? randomClientId() };
  const where = `${broker.host}:${broker.port}`;
  const { meter = newMeter() } = more;

  const connection = new Observable<Envelope<Received>>((subscriber) => {
    let alive = true;
    let stopping = false;
    let parting: string | undefined;
    let accepted = false;
    let held: Subscription | undefined;
    let readOn = NOTHING;
    let answers: Subscription | undefined;
    let down: OwnLink | undefined;
    const deaf = (): boolean => held !== undefined;
    let leave = (error: ConnectionError): void => (stopping ? subscriber.complete() : subscriber.error(error));
    const end = (error: ConnectionError): void => {
      alive = false;
      down?.close();
      leave(error);
    };
    /** Leaves politely, behind the PUBACKs that were just written; at once if the connection goes first. */
    const part = (then: () => void): void => {
      alive = false;
      down?.close();
      leave = then;
      if (mqtt.connected) wire.disconnect(then);
      else then();
      // Over unread data the connection would be reset.
      readOn();
    };

    const pubacks = inOrder<number>((id) => wire.puback(id));
    const finish = (): void => {
      if (alive && stopping && pubacks.empty()) part(() => subscriber.complete());
    };

    const deliver = (value: Received, id: number | undefined): void => {
      const messages = id === undefined ? 0 : 1;
      const bytes = value.payload.length;
      const place = id === undefined ? undefined : pubacks.add(id);
      const settle = (): void => {
        unsettled.leave(messages, bytes);
        if (!alive) return;
        if (place !== undefined) pubacks.done(place);
        if (stopping) finish();
      };
      unsettled.enter(messages, bytes);
      subscriber.next(
        envelope(value, settle, (why) => {
          if (why instanceof Refused || id === undefined) {
            onRefused(why);
            settle();
            return;
          }
          unsettled.leave(messages, bytes);
          if (!alive) return;
          const error = new ConnectionError('BROKER_UNREACHABLE', `${where}: left, to be sent again: ${why.message}`);
          part(() => (stopping ? subscriber.complete() : subscriber.error(error)));
        }),
      );
    };

    const publish: OnPublish = ({ topic, payload, retain, qos, messageId }, next) => {
      const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
      const received = { topic, payload: bytes, retained: retain, qos };
      meter.took(bytes.length);
      if (alive) down?.offer(received);
      if (alive && !stopping) deliver(received, qos === 1 ? messageId : undefined);
      if (!alive || !unsettled.full()) {
        next();
        return;
      }
      readOn = () => {
        readOn = NOTHING;
        held?.unsubscribe();
        held = undefined;
        next();
      };
      // Not within somebody's ack: reading on emits.
      held = unsettled.room.pipe(observeOn(asapScheduler)).subscribe({ complete: () => readOn() });
    };
    const mqtt = opened(connectOptions(identified, read), { where, version: broker.version, publish });
    const wire = deferredPuback(mqtt, publish, deaf, scheduler);

    mqtt.on('connect', (connack) => {
      if (!alive) return;
      accepted = true;
      // A reply is one small packet, and must not wait for the next.
      (mqtt.stream as Partial<Socket>).setNoDelay?.(true);
      const resumed = connack.sessionPresent || broker.version === 3;
      const refused = new Set<string>();
      answers = subscribeAll(mqtt, subscriptions, {
        where,
        deaf,
        scheduler,
        onFilterRefused: (topicFilter, why) => {
          refused.add(topicFilter);
          onFilterRefused(topicFilter, why);
        },
        onQosLowered,
      }).subscribe({
        complete: () => {
          if (!alive) return;
          const heard = subscriptions.filter(({ topicFilter }) => !refused.has(topicFilter));
          down = link(mqtt, connack, heard, scheduler, meter);
          onConnected(resumed, down);
        },
        error: end,
      });
    });
    mqtt.on('disconnect', ({ reasonCode = 0 }) => {
      parting = `the broker left with reason ${reasonCode} (${ReasonCodes[reasonCode as keyof typeof ReasonCodes] || 'none'})`;
    });
    mqtt.on('error', (error) => end(connectionLost(error, { where, accepted })));
    mqtt.on('close', () => end(connectionLost(parting, { where, accepted })));

    const stopped = stop.subscribe(() => {
      stopping = true;
      finish();
    });

    return () => {
      alive = false;
      down?.close();
      stopped.unsubscribe();
      answers?.unsubscribe();
      held?.unsubscribe();
      mqtt.end(true);
    };
  });

  return concat(unsettled.room.pipe(takeUntil(stop)), connection);
};

import type { IConnackPacket, MqttClient } from 'mqtt';
import { Observable, Subject, Subscription, takeUntil } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import { RpcError } from '../../../model/rpc-error.js';
import { topicFilter } from '../../../operators/extract/topic-filter.js';
import { meter as newMeter } from '../../../operators/meter.js';
import type { Meter } from '../../../operators/meter.js';
import type { Publication } from './publication.js';
import { responseTopics } from './response-topics.js';
import type { Awaited } from './response-topics.js';
import { sendWindow } from './send-window.js';
import type { Subscribed } from './subscriptions.js';

/** The way down of one connection. */
export interface Link {
  /**
   * Completes when the message is written (QoS 0) or the broker has acknowledged it (QoS 1). The broker has 5 s for that, from the moment when the
   * message is sent or, of an urgent one, asked for: then it is not sent any more. One that is not urgent waits a minute for its turn.
   */
  readonly publish: (publication: Publication, how?: { readonly urgent: boolean }) => Observable<never>;
  /** Publishes a call and emits the device's answer, once. */
  readonly call: (publication: Publication, awaited: Awaited) => Observable<Buffer>;
}

/** A link as its connection holds it. */
export interface OwnLink extends Link {
  /** A message has come: it may be an answer. A retained one is an old answer, and none. */
  readonly offer: (message: { readonly topic: string; readonly payload: Buffer; readonly retained: boolean }) => void;
  /** The connection has gone. */
  readonly close: () => void;
}

/** Milliseconds that the broker has to acknowledge a publish. */
const PATIENCE = 5_000;
/** Milliseconds that a publish which is not urgent waits for its turn. */
const TURN = 60_000;
const UNACKNOWLEDGED = 'the broker did not acknowledge it';
/** Publishes at QoS 1 that may be unacknowledged at a time, if the broker does not say less. */
const WINDOW = 100;

/** Topics that the connection hears anyway. A shared subscription may give a message to somebody else. */
const heardOn = (filters: readonly Subscribed[]): ((topic: string) => boolean) => {
  const heard = filters
    .filter((one) => !one.topicFilter.startsWith('$share/'))
    .map((one) => topicFilter(one.topicFilter));
  return (topic) => heard.some((matches) => matches(topic));
};

/**
 * Publishes on a connection that has been accepted.
 *
 * Promises: errors with an RpcError when the broker refuses a message, leaves it unacknowledged for 5 s or keeps it from being sent for a minute (code 408), or the
 * connection goes (503). What was sent may have arrived then; it is never sent again from here, and what nobody waits for any more is held no longer. When as
 * much is unacknowledged as may be, and the broker has acknowledged none of it within 30 s of reading, the client is told with an error: whoever holds the connection gives it up. Calls are urgent. Bounded by what the broker takes unacknowledged (Receive Maximum). A response topic that the filters of
 * the connection cover is neither subscribed nor unsubscribed.
 */
export const link = (
  mqtt: Pick<MqttClient, 'publish' | 'subscribe' | 'unsubscribe' | 'connected' | 'emit' | 'stream'>,
  connack: Pick<IConnackPacket, 'properties'>,
  filters: readonly Subscribed[],
  scheduler: SchedulerLike,
  meter: Pick<Meter, 'gave'> = newMeter(),
): OwnLink => {
  const heard = heardOn(filters);
  const lost = new Subject<never>();
  const gone = (): RpcError =>
    new RpcError(503, 'the connection to the broker was lost; whether the device has got it is unknown');
  const window = sendWindow({
    size: Math.min(WINDOW, connack.properties?.receiveMaximum ?? WINDOW),
    deaf: () => mqtt.stream.isPaused(),
    onStill: (why) => mqtt.emit('error', new Error(why)),
    scheduler,
  });

  const written = ({ topic, payload, retain, qos }: Publication, urgent: boolean): Observable<never> =>
    new Observable<never>((subscriber) => {
      let patience = Subscription.EMPTY;
      subscriber.add(() => patience.unsubscribe());
      const within = (ms: number, what: string): void => {
        const late = (): void => subscriber.error(new RpcError(408, `${what} within ${ms / 1000} s`));
        patience.unsubscribe();
        patience = scheduler.schedule(late, ms);
      };
      const send = (): void => {
        if (!mqtt.connected) {
          subscriber.error(gone());
          return;
        }
        if (qos === 1) {
          window.sent();
          if (!urgent) within(PATIENCE, UNACKNOWLEDGED);
        }
        meter.gave(Buffer.byteLength(payload));
        mqtt.publish(topic, payload, { qos, retain }, (error) => {
          if (error) subscriber.error(new RpcError(500, `the broker did not take it: ${error.message}`));
          else subscriber.complete();
          if (qos === 1) window.settled();
        });
      };
      if (qos === 0) {
        send();
        return;
      }
      if (urgent) within(PATIENCE, UNACKNOWLEDGED);
      else within(TURN, 'its turn to be sent did not come');
      subscriber.add(window.wait(send));
    });
  const publish: Link['publish'] = (publication, { urgent } = { urgent: false }) =>
    written(publication, urgent).pipe(takeUntil(lost));

  const responses = responseTopics(
    {
      subscribe: (topic, qos) =>
        new Observable<never>((subscriber) => {
          if (heard(topic)) {
            subscriber.complete();
            return;
          }
          mqtt.subscribe(topic, { qos }, (error) => {
            if (error) subscriber.error(new RpcError(500, `the broker refused the response topic: ${error.message}`));
            else subscriber.complete();
          });
        }),
      unsubscribe: (topic) => {
        if (mqtt.connected && !heard(topic)) mqtt.unsubscribe(topic);
      },
    },
    scheduler,
  );

  return {
    publish,
    call: (publication, awaited) =>
      responses.call(awaited, publish(publication, { urgent: true })).pipe(takeUntil(lost)),
    offer: ({ topic, payload, retained }) => {
      if (!retained) responses.offer(topic, payload);
    },
    close: () => {
      window.close();
      lost.error(gone());
    },
  };
};

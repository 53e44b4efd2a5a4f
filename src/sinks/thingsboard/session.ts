import type { Socket } from 'node:net';
import type { IConnackPacket } from 'mqtt';
import { asyncScheduler, AsyncSubject, from, merge, Observable, Subject } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import type { Context } from '../../model/component.js';
import { reasonOf } from '../../model/errors.js';
import { fifo } from '../../operators/fifo.js';
import { ackWatch } from './ack-watch.js';
import type { ThingsBoardConfig } from './config.js';
import { closeError, connectError } from './connect-errors.js';
import { farewell } from './farewell.js';
import { LinkLost } from './link-lost.js';
import { notThingsBoard } from './not-thingsboard.js';
import { mqttOptions } from './mqtt-options.js';
import { startClient } from './start-client.js';
import { filters, isGatewayTopic } from './topics.js';

/** What the platform sent. */
export interface Downlink {
  readonly topic: string;
  readonly payload: string;
}

/** One connection to the platform, accepted and subscribed. */
export interface Session {
  /**
   * Publishes with QoS 1 when subscribed to, and emits the PUBACK's reason once: 0 is success. Silent when the
   * connection ends, and when a broker says that nobody has subscribed to it (16): then the session ends as NOT_THINGSBOARD. `mark` is what a {@link LinkLost} names if this publish is overdue; without one it is a control message.
   */
  readonly publish: (topic: string, payload: string, mark?: unknown) => Observable<number>;
  /** Publishes with QoS 1 at once, outside the acknowledgement's deadline: older platforms never acknowledge a connect. */
  readonly announce: (topic: string, payload: string) => Observable<number>;
  readonly messages: Observable<Downlink>;
  /** The platform has shown otherwise that the entity is a gateway: silence about device data has another cause. */
  readonly vouch: () => void;
  /** Gives the connection up for this reason. */
  readonly fail: (why: LinkLost) => void;
  /** Largest packet that the peer takes, where it said so in its CONNACK. */
  readonly maximumPacketSize: number | undefined;
}

/** How long in ms the peer has to answer CONNECT and the subscription together. */
const OPENING = 20_000;
/** Messages that may come before the subscription is acknowledged: none should. */
const MOST_EARLY = 1_000;
/** A broker stored the message for nobody. */
const UNHEARD = 16;
/** The platform queues at most 100; the rest is for connects, which count for nobody. */
const MOST_IN_FLIGHT = 95;

/**
 * Connects, subscribes, and then emits one session. Ends only with an error, a {@link LinkLost} saying why.
 *
 * Promises: nothing is published before CONNACK and SUBACK; nothing of an earlier connection is sent again by itself; the credentials
 * and certificates are read anew for each connection. A FatalError names a file that cannot be read. Unsubscribing says DISCONNECT
 * and closes.
 */
export const connect = (
  config: ThingsBoardConfig,
  context: Context,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<Session> =>
  new Observable<Session>((out) => {
    const client = startClient({
      ...mqttOptions(config, context.folder),
      host: config.host,
      port: config.port,
      keepalive: config.keep_alive,
      protocolVersion: config.mqttVersion === 4 ? 4 : 5,
    });
    let reason: number | undefined;
    let why: unknown;
    let accepted: IConnackPacket | undefined;
    let inFlight = 0;
    let control = 0;
    let window = MOST_IN_FLIGHT;
    let ownAcknowledged = false;
    let gatewayProven = false;
    const waiting = fifo<() => void>();
    const early: Downlink[] = [];
    const later = new Subject<Downlink>();
    let opened = false;

    let foreign = false;

    const fail = (error: LinkLost): void => {
      if (!out.closed) out.error(error);
    };
    const overdue = ({ topic, mark }: { readonly topic: string; readonly mark: unknown }): void => {
      const limit = config.ackTimeoutSeconds;
      if (isGatewayTopic(topic) && ownAcknowledged && !gatewayProven)
        fail(
          new LinkLost(
            'NOT_A_GATEWAY',
            'the platform answers for itself and ignores device data: it is no gateway there',
          ),
        );
      else fail(new LinkLost('BROKER_UNREACHABLE', `no acknowledgement within ${limit} s`, { overdue: mark ?? topic }));
    };
    const watch = ackWatch(
      config.ackTimeoutSeconds * 1000,
      (sent) => overdue(sent as { topic: string; mark: unknown }),
      scheduler,
    );

    const send = (topic: string, payload: string, heard: (reason: number) => void): void => {
      client.publish(topic, payload, { qos: 1 }, (error) => {
        // The library takes 16 for success.
        if (foreign) return;
        if (!error) heard(0);
        else if ('code' in error && typeof error.code === 'number') heard(error.code);
      });
    };

    const publish = (topic: string, payload: string, mark?: unknown): Observable<number> =>
      new Observable<number>((sent) => {
        let forget: (() => void) | undefined;
        const land = (): void => {
          if (forget === undefined) return;
          forget();
          forget = undefined;
          inFlight -= 1;
          if (mark === undefined) control -= 1;
          while (inFlight < window && waiting.size() > 0) waiting.shift()?.();
        };
        const start = (): void => {
          if (sent.closed || out.closed) return;
          inFlight += 1;
          if (mark === undefined) control += 1;
          forget = watch.sent({ topic, mark });
          send(topic, payload, (code) => {
            if (isGatewayTopic(topic)) gatewayProven = true;
            else ownAcknowledged = true;
            land();
            sent.next(code);
            sent.complete();
          });
        };
        if (inFlight < window) start();
        else waiting.push(start);
        sent.add(land);
      });

    const session = (connack: IConnackPacket): Session => ({
      publish,
      announce: (topic, payload) => {
        const answer = new AsyncSubject<number>();
        send(topic, payload, (code) => {
          gatewayProven = true;
          answer.next(code);
          answer.complete();
        });
        return answer.asObservable();
      },
      messages: merge(from(early), later),
      vouch: () => void (gatewayProven = true),
      fail,
      maximumPacketSize: connack.properties?.maximumPacketSize,
    });

    const subscribed = scheduler.schedule(
      () => fail(new LinkLost('BROKER_UNREACHABLE', 'no answer to the subscription')),
      OPENING,
    );

    client.on('connect', (connack) => {
      accepted = connack;
      window = Math.min(MOST_IN_FLIGHT, connack.properties?.receiveMaximum ?? MOST_IN_FLIGHT);
      (client.stream as Partial<Socket>).setNoDelay?.(true);
      client.subscribe([...filters], { qos: 1 }, (error) => {
        if (out.closed || !client.connected) return;
        if (error)
          context.fact({ kind: 'alert', who: 'thingsboard', code: 'SUBSCRIPTION_REFUSED', text: reasonOf(error) });
        subscribed.unsubscribe();
        out.next(session(connack));
        opened = true;
        early.length = 0;
      });
    });
    client.on('message', (topic, payload) => {
      const downlink = { topic, payload: payload.toString('utf8') };
      if (opened) later.next(downlink);
      else if (early.push(downlink) > MOST_EARLY)
        fail(new LinkLost('BROKER_UNREACHABLE', 'a flood of messages came instead of an answer to the subscription'));
    });
    client.on('packetreceive', (packet) => {
      if (packet.cmd !== 'puback' || packet.reasonCode !== UNHEARD) return;
      foreign = true;
      fail(notThingsBoard(`nobody there has subscribed to what the gateway publishes (reason ${UNHEARD})`));
    });
    client.on('disconnect', (packet) => {
      reason = packet.reasonCode;
    });
    client.on('error', (error) => {
      why ??= error;
    });
    client.on('close', () => {
      fail(
        accepted === undefined && why !== undefined
          ? connectError(why, config.mqttVersion)
          : closeError(reason, why === undefined ? undefined : reasonOf(why), control > 0),
      );
    });

    out.add(() => {
      subscribed.unsubscribe();
      watch.stop();
      farewell(client, scheduler);
    });
  });

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  concat,
  connect as multicast,
  defer,
  endWith,
  finalize,
  identity,
  ignoreElements,
  merge,
  ReplaySubject,
  share,
  Subject,
  takeUntil,
} from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Command } from '../../model/command.js';
import type { Context, Source } from '../../model/component.js';
import { ConnectionError, FatalError, GatewayError, ProtocolError, reasonOf, Unavailable } from '../../model/errors.js';
import type { Envelope } from '../../model/envelope.js';
import type { Counter } from '../../model/fact.js';
import type { Message } from '../../model/message.js';
import type { Backoff } from '../../operators/backoff.js';
import { convert } from '../../operators/convert.js';
import { enclose } from '../../operators/enclose.js';
import { meter } from '../../operators/meter.js';
import { serve } from '../../operators/serve.js';
import { shed } from '../../operators/shed.js';
import { stamper } from '../../operators/stamp.js';
import { supervise } from '../../operators/supervise.js';
import { attributeAnswers } from './commands/attribute-answers.js';
import { brokerBackoff } from './connection/broker-backoff.js';
import type { client, Received } from './client.js';
import type { MqttConfig } from './config.js';
import { downlink } from './downlink.js';
import type { Downs } from './extensions/made-down.js';
import { isPersistent } from './connection/is-persistent.js';
import { dropReturnedRequests } from './requests/drop-returned-requests.js';
import type { Link } from './connection/link.js';
import { mappings } from './uplink/mappings.js';
import type { Raw } from './connection/raw.js';
import type { Reading } from './uplink/reader.js';
import { sessionAdvice } from './connection/session-advice.js';
import { subscriptions } from './connection/subscriptions.js';
import { unsettled } from './connection/unsettled.js';
import { weigh } from './uplink/weigh.js';
import type { Weighed } from './uplink/weigh.js';

/** QoS 0 messages that may be unsettled at once. */
const QOS0_LIMIT = 1_000;

/** Characters of a topic that an error may quote. */
const QUOTED = 80;

/** The two halves that know no time: the wire, and what a message says. */
export interface Halves {
  readonly connect: typeof client;
  /** Converts one message; throws if it can read nothing of it, tells `onFailure` if it can read a part, `onNothing` if nothing is in it. */
  readonly uplink: (
    config: MqttConfig,
    onFailure: (error: Error) => void,
    onNothing: (mapping: string) => void,
  ) => (raw: Raw, now: number) => readonly Reading[];
  /** The user's own ways down, by the label of their rule. Default: there are none. */
  readonly downs?: Downs;
}

const tooLarge = (topic: string, bytes: number, most: number): ProtocolError =>
  new ProtocolError(
    'MESSAGE_TOO_LARGE',
    `a message of ${bytes} bytes on ${topic.slice(0, QUOTED)} is larger than maxPayloadBytes (${most})`,
  );

export interface Timing {
  readonly scheduler?: SchedulerLike;
  readonly backoff?: Backoff;
}

/**
 * The MQTT source in time: connects, and again after a loss; refuses what QoS 0 brings beyond 1000 unsettled; converts; stamps.
 *
 * Commands wait for a connection as `serve` says. An attribute request that comes back costs only itself.
 *
 * Promises: a message that cannot be converted, or is larger than `maxPayloadBytes`, is logged, counted as `failed` and acknowledged. When `commands` completes the
 * intake ends; the source completes once everything it emitted is settled.
 */
export const intake =
  ({ connect, uplink, downs = new Map() }: Halves) =>
  (
    config: MqttConfig,
    context: Context,
    { scheduler = asyncScheduler, backoff = brokerBackoff }: Timing = {},
  ): Source => {
    const { name: who, log, fact, folder } = context;
    const { broker, requestsMapping: requests } = config;
    const { usable, unsupported } = mappings(config.mapping);
    const wanted = [
      ...usable.map(({ mapping }) => mapping),
      ...requests.connectRequests,
      ...requests.disconnectRequests,
      ...requests.attributeRequests,
    ];
    const count = (counter: Counter): void => fact({ kind: 'count', who, counter, n: 1 });
    for (const { label, why } of unsupported) log.warn('a mapping is not used', { mapping: label, why });
    if (wanted.some(({ subscriptionQos }) => subscriptionQos === 2))
      log.warn('subscriptionQos 2 is subscribed at 1: the broker would be told before the message is on disk');
    sessionAdvice(broker).forEach((advice) => log.warn(advice));

    const failed = (error: unknown): void => {
      const code = error instanceof GatewayError ? error.code : 'CONVERSION_FAILED';
      log.warn('a message could not be converted', { why: reasonOf(error), code });
      count('failed');
    };
    const empty = (mapping: string): void => {
      log.warn('a message holds none of the values that its mapping asks for', { mapping });
      count('empty');
    };

    const undelivered = (what: Readonly<Record<string, unknown>>): void =>
      log.warn('something for a device could not be delivered', what);

    const run = (commands: Observable<Command>): Observable<Envelope<Message>> =>
      defer(() => {
        const toConverted = uplink(config, failed, empty);
        const stamp = stamper({
          now: () => scheduler.now(),
          onCollision: (n) => fact({ kind: 'count', who, counter: 'collided', n }),
        });
        const links = new BehaviorSubject<Link | undefined>(undefined);
        const answers = attributeAnswers(({ device }) =>
          undelivered({ what: 'attributeRequest', device, why: 'more than 1000 requests wait for their answer' }),
        );
        const exchanged = meter();
        context.meter?.(exchanged.read);
        const account = unsettled({
          messages: broker.maxUnacknowledgedMessages,
          bytes: broker.maxUnacknowledgedBytes,
        });
        // Subscribed to once, by `supervise`, and told to every connection, however late it is made.
        const stop = commands.pipe(
          ignoreElements(),
          endWith(undefined),
          share({ connector: () => new ReplaySubject<unknown>(1), resetOnComplete: false }),
        );
        const messageOf = (said: Reading): Weighed['message'] => {
          if (!('kind' in said))
            return said.report === undefined ? stamp(said, who) : { ...stamp(said, who), report: said.report };
          return said.kind === 'attributeRequest' ? answers.ask(said) : said;
        };
        let wasUp = false;
        const passing = (error: unknown): never => {
          // A file that could be read once is being replaced: that passes.
          if (!(error instanceof FatalError) || !wasUp) throw error;
          throw new ConnectionError('BROKER_UNREACHABLE', error.message, { cause: error });
        };
        const received = supervise({ context, stop, scheduler, backoff, most: config.maxReconnectAttempts })(
          (onConnected) =>
            connect(broker, subscriptions(wanted), {
              unsettled: account,
              meter: exchanged,
              stop,
              read: (path) => readFileSync(resolve(folder, path)),
              onConnected: (resumed, link) => {
                if (wasUp && !resumed && isPersistent(broker))
                  log.warn('the broker has lost the session: what it kept for the gateway is gone');
                wasUp = true;
                onConnected();
                links.next(link);
              },
              onFilterRefused: (topicFilter, why) => {
                log.error('a topic filter was refused', { topicFilter, why });
                fact({ kind: 'alert', who, code: 'SUBSCRIPTION_REFUSED', text: `${topicFilter}: ${why}` });
              },
              onQosLowered: (topicFilter, qos) =>
                log.warn('the broker granted a lower quality of service than was asked for', { topicFilter, qos }),
              onRefused: (why) => {
                log.warn('a message was refused', { why: why.message });
                // Whoever refused it for good has counted it.
                if (why instanceof Unavailable) count('shed');
              },
              scheduler,
            }).pipe(
              catchError(passing),
              finalize(() => links.next(undefined)),
            ),
        );
        const over = new Subject<void>();
        const up = concat(received, account.drained).pipe(
          shed<Received>(
            QOS0_LIMIT,
            () => count('shed'),
            ({ qos }) => qos === 0,
          ),
          convert<Received, Weighed>((raw) => {
            const { topic, payload } = raw;
            if (payload.length > broker.maxPayloadBytes) throw tooLarge(topic, payload.length, broker.maxPayloadBytes);
            return toConverted(raw, scheduler.now()).map((said, i, { length }) => ({
              message: messageOf(said),
              first: i === 0,
              alone: length === 1,
            }));
          }, failed),
          weigh(account),
          requests.attributeRequests.length === 0
            ? identity
            : dropReturnedRequests(({ id, device }, { message: why }) => {
                answers.forget(id);
                undelivered({ what: 'attributeRequest', device, why });
              }),
          finalize(() => over.next()),
        );
        const handle = downlink(config, {
          answers,
          downs,
          onFailure: (why) => undelivered({ what: 'attributeUpdate', why }),
        });
        const down = serve(commands.pipe(takeUntil(over)), links, handle, {
          name: who,
          onFailure: ({ kind: what, device }, why) => undelivered({ what, device, why }),
          scheduler,
        });
        return merge(down.pipe(enclose()), up);
      });

    // One subscription for both ways, and the way down listens first.
    return (commands) => commands.pipe(multicast(run));
  };

import { concat, defer, merge, mergeMap, Observable, Subject, takeUntil, throwError, timer } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import { RpcError } from '../../../model/rpc-error.js';

/** What the wire does for response topics. `subscribe` completes with the broker's answer. */
export interface Topics {
  readonly subscribe: (topic: string, qos: 0 | 1) => Observable<never>;
  readonly unsubscribe: (topic: string) => void;
}

/** Where a device answers, and how long it has, in ms. */
export interface Awaited {
  readonly topic: string;
  readonly qos: 0 | 1;
  readonly timeout: number;
}

/** Calls that wait for a device's answer, of one connection. */
export interface ResponseTopics {
  /** Sends a call once its topic is subscribed; emits the answer and completes. Errors with an RpcError when none comes in time. */
  readonly call: (awaited: Awaited, send: Observable<never>) => Observable<Buffer>;
  /** A message has come: the call that has waited the longest on its topic takes it. */
  readonly offer: (topic: string, payload: Buffer) => void;
}

interface Topic {
  /** Completes when the broker has answered, at the latest after {@link PATIENCE}. */
  readonly subscribed: Observable<never>;
  readonly waiting: Set<(payload: Buffer) => void>;
  users: number;
}

/** Milliseconds that the broker's answer to the subscription is waited for; then the call is sent all the same. */
const PATIENCE = 1_000;
/** Characters of a topic that an error may quote. */
const QUOTED = 80;

/**
 * Matches answers with calls by their topic. Calls on one topic share its subscription and are answered in the order in which they were sent.
 *
 * Promises: a topic is subscribed from its first call to its last, and no longer; teardown of a call gives its place up.
 */
export const responseTopics = ({ subscribe, unsubscribe }: Topics, scheduler: SchedulerLike): ResponseTopics => {
  const topics = new Map<string, Topic>();
  return {
    offer: (topic, payload) => {
      const waiting = topics.get(topic)?.waiting;
      if (waiting === undefined) return;
      const [first] = waiting;
      first?.(payload);
    },
    call: ({ topic, qos, timeout }, send) =>
      new Observable<Buffer>((subscriber) => {
        const opened = (): Topic => {
          const settled = new Subject<never>();
          const one = { subscribed: settled, waiting: new Set<(payload: Buffer) => void>(), users: 0 };
          topics.set(topic, one);
          subscribe(topic, qos)
            .pipe(takeUntil(timer(PATIENCE, scheduler)))
            .subscribe(settled);
          return one;
        };
        const own = topics.get(topic) ?? opened();
        own.users += 1;
        const take = (payload: Buffer): void => {
          own.waiting.delete(take);
          subscriber.next(payload);
          subscriber.complete();
        };
        const late = (): Observable<never> =>
          throwError(() => new RpcError(408, `no answer on ${topic.slice(0, QUOTED)} within ${timeout} ms`));
        const sent = defer(() => {
          own.waiting.add(take);
          return merge(send, timer(timeout, scheduler).pipe(mergeMap(late)));
        });
        const running = concat(own.subscribed, sent).subscribe({ error: (error: unknown) => subscriber.error(error) });
        return () => {
          running.unsubscribe();
          own.waiting.delete(take);
          own.users -= 1;
          if (own.users > 0) return;
          topics.delete(topic);
          unsubscribe(topic);
        };
      }),
  };
};

import type { MqttClient } from 'mqtt';
import { interval, Observable } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import { ConnectionError } from '../../../model/errors.js';
import type { Subscribed } from './subscriptions.js';

export interface Subscribing {
  readonly where: string;
  /** True while nothing is read: an answer may lie unread. */
  readonly deaf: () => boolean;
  readonly scheduler: SchedulerLike;
  readonly onFilterRefused: (topicFilter: string, why: string) => void;
  readonly onQosLowered: (topicFilter: string, qos: number) => void;
}

const TICK = 1_000;
/** How many ticks without an answer, all of them reading, are too many. */
const PATIENCE = 10;

/**
 * Subscribes the filters and completes when the broker has answered for each.
 *
 * Promises: a filter that is refused, or granted with a lower QoS, is told and ends none of the others. Errors with a
 * {@link ConnectionError} after 10 s of reading in which an answer is still due.
 */
export const subscribeAll = (
  client: Pick<MqttClient, 'subscribe' | 'connected'>,
  filters: readonly Subscribed[],
  { where, deaf, scheduler, onFilterRefused, onQosLowered }: Subscribing,
): Observable<never> =>
  new Observable<never>((subscriber) => {
    const due = new Set(filters);
    if (due.size === 0) subscriber.complete();
    // One SUBSCRIBE each: mqtt.js throws out a whole packet for one bad filter.
    for (const filter of filters) {
      const { topicFilter, qos } = filter;
      client.subscribe(topicFilter, { qos }, (error, granted) => {
        // Also called when the connection goes.
        if (subscriber.closed || !client.connected) return;
        const got = granted?.[0]?.qos ?? qos;
        if (error) onFilterRefused(topicFilter, error.message);
        else if (got < qos) onQosLowered(topicFilter, got);
        due.delete(filter);
        if (due.size === 0) subscriber.complete();
      });
    }
    let quiet = 0;
    const deadline = interval(TICK, scheduler).subscribe(() => {
      quiet = deaf() ? 0 : quiet + 1;
      if (quiet < PATIENCE) return;
      const [first] = due;
      const others = due.size > 1 ? ` and ${due.size - 1} more` : '';
      const text = `${where}: no answer to the subscription of ${String(first?.topicFilter)}${others} within ${(PATIENCE * TICK) / 1000} s`;
      subscriber.error(new ConnectionError('BROKER_UNREACHABLE', text));
    });
    return deadline;
  });

import { describe, expect, it } from 'vitest';
import { subscriptions } from '../../../../src/sources/mqtt/connection/subscriptions.js';

describe('subscriptions', () => {
  it('subscribes QoS 2 at 1', () =>
    expect(subscriptions([{ topicFilter: '$share/g/a/+', subscriptionQos: 2 }])).toEqual([
      { topicFilter: '$share/g/a/+', qos: 1 },
    ]));

  it('subscribes each filter once, with the highest QoS asked for', () =>
    expect(
      subscriptions([
        { topicFilter: 'a', subscriptionQos: 0 },
        { topicFilter: '__proto__', subscriptionQos: 0 },
        { topicFilter: 'a', subscriptionQos: 1 },
        { topicFilter: 'a', subscriptionQos: 0 },
      ]),
    ).toEqual([
      { topicFilter: 'a', qos: 1 },
      { topicFilter: '__proto__', qos: 0 },
    ]));
});

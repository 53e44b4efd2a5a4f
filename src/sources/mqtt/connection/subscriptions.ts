/** What is wanted of the broker. Wildcards and `$share/group/filter` pass through as they are. */
export interface Subscribed {
  readonly topicFilter: string;
  readonly qos: 0 | 1;
}

/** What a mapping says of its subscription. */
interface Wanted {
  readonly topicFilter: string;
  readonly subscriptionQos: 0 | 1 | 2;
}

/**
 * The subscriptions that the mappings need: one a filter, in the order of the mappings, with the highest QoS that any of them asks for.
 * QoS 2 becomes 1, for its handshake is over before a message is on disk.
 */
export const subscriptions = (mappings: readonly Wanted[]): readonly Subscribed[] => {
  const qosOf = new Map<string, 0 | 1>();
  for (const { topicFilter, subscriptionQos } of mappings)
    qosOf.set(topicFilter, subscriptionQos > 0 || qosOf.get(topicFilter) === 1 ? 1 : 0);
  return [...qosOf].map(([topicFilter, qos]) => ({ topicFilter, qos }));
};

/**
 * What the platform counts beside the payload of a publish to this topic, at most, in bytes: the topic and its length, the packet id, no
 * properties. Source: the platform's MQTT contract, §7.
 */
export const overheadOf = (topic: string): number => topic.length + 5;

import * as t from 'io-ts';
import { optional } from '../../../model/codec.js';

/** How the incumbent's older format names a device. */
export const olderDeviceKeys = {
  deviceNameJsonExpression: optional(t.string, 'Older form of `deviceInfo`: the name, from the message.'),
  deviceNameTopicExpression: optional(t.string, 'Older form of `deviceInfo`: the name, from the topic.'),
  deviceTypeJsonExpression: optional(t.string, 'Older form of `deviceInfo`: the profile, from the message.'),
  deviceTypeTopicExpression: optional(t.string, 'Older form of `deviceInfo`: the profile, from the topic.'),
};

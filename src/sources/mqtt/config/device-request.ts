import type * as t from 'io-ts';
import { required, section } from '../../../model/codec.js';
import { olderKeys } from '../../../model/older-keys.js';
import { deviceInfo } from './device-info.js';
import { olderDeviceKeys } from './older-device-keys.js';
import { subscriptionFields } from './subscription-fields.js';

/** Topics by which devices say that they have come or gone. */
export const deviceRequest = olderKeys(
  section('a connect or disconnect request: {"topicFilter", "deviceInfo"}', {
    ...subscriptionFields,
    deviceInfo: required(deviceInfo, 'Which device it is. Of a disconnect request only the name counts.'),
  }),
  olderDeviceKeys,
);

export type DeviceRequest = t.TypeOf<typeof deviceRequest>;

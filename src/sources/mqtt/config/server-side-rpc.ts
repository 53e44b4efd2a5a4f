import * as t from 'io-ts';
import { optional, refine, required, section } from '../../../model/codec.js';
import { regexText } from '../../../operators/extract/regex-text.js';
import { extensionFields } from './extension-fields.js';
import { orExtension } from './or-extension.js';
import { publicationFields } from './publication-fields.js';
import { qos } from './qos.js';

const LONGEST = 3_600_000;
const milliseconds = refine(t.number, (n) => n >= 0 && n <= LONGEST, `milliseconds (0 to ${LONGEST})`);

const call = {
  requestTopicExpression: required(
    t.string,
    'Topic of the call: a text with `${deviceName}`, `${methodName}`, `${requestId}` and `${params}`, `${params.path}`.',
  ),
  ...publicationFields,
  valueExpression: required(
    t.string,
    'Payload of the call: a text with the same placeholders; what comes from `params` stands in it as JSON.',
  ),
  responseTopicExpression: optional(
    t.string,
    'Topic on which the device answers, in the form of `requestTopicExpression`. With a `responseTimeout` it makes the call a two-way one.',
  ),
  responseTopicQoS: optional(qos, 'Quality of service of the answer’s subscription; 2 is subscribed at 1. Absent: 1.'),
  responseTimeout: optional(milliseconds, 'Milliseconds that the device has for its answer. 0 is as good as none.'),
};

/** How a call is published when its own `params` say it. */
export const rpcCall = section('a call: {"requestTopicExpression", "valueExpression", …}', call);

export type RpcCall = t.TypeOf<typeof rpcCall>;

/** How calls of the platform are published to devices. */
export const serverSideRpc = orExtension(
  section('an RPC rule: {"deviceNameFilter", "methodFilter", "requestTopicExpression", "valueExpression", …}', {
    type: optional(
      t.keyof({ oneWay: null, twoWay: null }),
      'For the reader alone: a `responseTopicExpression` with a `responseTimeout` makes a call a two-way one.',
    ),
    deviceNameFilter: required(regexText, 'The devices: a regular expression that is searched for in the name.'),
    methodFilter: required(regexText, 'The methods: a regular expression that is searched for in the method’s name.'),
    ...call,
    valueExpression: optional(
      t.string,
      'Payload of the call: a text with the same placeholders; what comes from `params` stands in it as JSON. Needed unless there is an `extension`.',
    ),
    ...extensionFields,
  }),
);

export type RpcRule = t.TypeOf<typeof serverSideRpc>;

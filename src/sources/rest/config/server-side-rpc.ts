import type * as t from 'io-ts';
import { required, section } from '../../../model/codec.js';
import { regexText } from '../../../operators/extract/regex-text.js';
import { extensionFields } from './extension-fields.js';
import { outgoingFields } from './outgoing-fields.js';

/** A call whose own `params` say how it is sent. */
export const rpcCall = section('a call: {"requestUrlExpression", "valueExpression", …}', outgoingFields);

export type RpcCall = t.TypeOf<typeof rpcCall>;

/** The HTTP request that a call of the platform becomes. */
export const serverSideRpc = section('an RPC rule: {"deviceNameFilter", "methodFilter", "requestUrlExpression", …}', {
  deviceNameFilter: required(regexText, 'The devices: a regular expression for the whole name.'),
  methodFilter: required(regexText, 'The methods: a regular expression for the whole name.'),
  ...outgoingFields,
  ...extensionFields,
});

export type RpcRule = t.TypeOf<typeof serverSideRpc>;

import { expect, it } from 'vitest';
import type { Json } from '../../../../src/model/message.js';
import { rpcPatience } from '../../../../src/sources/rest/commands/rpc-patience.js';
import { configOf } from '../running.js';

const rule = (timeout?: number) => ({
  deviceNameFilter: '.*',
  methodFilter: '.*',
  requestUrlExpression: 'h',
  ...(timeout === undefined ? {} : { timeout }),
});
const { serverSideRpc } = configOf({
  server: { host: 'h' },
  requestsMapping: { serverSideRpc: [rule(), rule(30)] },
}).requestsMapping;

it.each<[string, string | undefined, string, Json, number]>([
  ['of rules: the largest timeout and a second', 'D', 'm', null, 31_000],
  ['that says it itself: its own', 'D', 'set', 'requestUrlExpression=h;timeout=20', 21_000],
  ['that says too much: five minutes', 'D', 'rest_get', { requestUrlExpression: 'h', timeout: 9_999 }, 301_000],
  ['to the connector: its own, or the default', undefined, 'rest_x', { requestUrlExpression: 'h' }, 11_000],
  ['that is none: nothing', 'D', 'get', 5, 0],
])('the patience for a call %s', (_name, device, method, params, ms) => {
  const of = device === undefined ? {} : { device };
  expect(rpcPatience(serverSideRpc)({ kind: 'rpc', ...of, id: 1, method, params })).toBe(ms);
});

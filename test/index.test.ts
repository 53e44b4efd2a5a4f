import { expect, it } from 'vitest';
import * as front from '../src/index.js';
import * as testing from '../src/testing.js';

it('the front door lets out these names and no others', () => {
  expect(Object.keys(front).sort()).toEqual([
    'ConnectionError',
    'FatalError',
    'GATEWAY_DEVICE',
    'GatewayError',
    'ProtocolError',
    'Refused',
    'Unavailable',
    'batchMap',
    'buffer',
    'connector',
    'consoleSink',
    'convert',
    'createLog',
    'enclose',
    'envelope',
    'errorCodes',
    'fleet',
    'fullJitter',
    'gateway',
    'gatewayConfig',
    'isKept',
    'join',
    'memoryStore',
    'openStore',
    'packMap',
    'pipeline',
    'readConfig',
    'replace',
    'retryBackoff',
    'shed',
    'split',
    'supervise',
    'tally',
    'thingsboard',
    'when',
  ]);
});

it('the testing door lets out these names and no others', () => {
  expect(Object.keys(testing)).toEqual(['recorded']);
});

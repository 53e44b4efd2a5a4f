import { Subject } from 'rxjs';
import { expect, it } from 'vitest';
import type { Exchanged } from '../../../src/model/component.js';
import type { Command, Rpc } from '../../../src/model/command.js';
import rest from '../../../src/sources/rest/source.js';
import { configOf, converter, undone, until } from './running.js';

it('the connector says which attributes a device wants, how long a call may take, and what was exchanged', async () => {
  const config = configOf({
    server: { host: '127.0.0.1', port: 0 },
    mapping: [{ endpoint: '/data', HTTPMethods: ['POST'], response: { successResponse: 'thanks' }, converter }],
    requestsMapping: {
      attributeUpdates: [{ deviceNameFilter: 'A', attributeFilter: 'fw', requestUrlExpression: 'h' }],
      serverSideRpc: [{ deviceNameFilter: '.*', methodFilter: '.*', requestUrlExpression: 'h', timeout: 60 }],
    },
  });
  const told: {
    keysOf?: (device: string) => readonly string[];
    patience?: (rpc: Rpc) => number;
    read?: () => Exchanged;
  } = {};
  let address: unknown;
  const note = (): void => undefined;
  const source = rest.open(config, {
    name: 'rest',
    folder: '.',
    fact: note,
    log: { debug: note, warn: note, error: note, info: (_text, details) => (address = details?.address ?? address) },
    wants: (keysOf) => (told.keysOf = keysOf),
    patience: (of) => (told.patience = of),
    meter: (read) => (told.read = read),
  });
  expect(told.keysOf?.('A')).toEqual(['fw']);
  expect(told.patience?.({ kind: 'rpc', device: 'A', id: 1, method: 'm', params: null })).toBe(61_000);

  const commands = new Subject<Command>();
  undone(source(commands).subscribe({ next: ({ ack }) => ack() }), (open) => open.unsubscribe());
  await until('it listens', () => address !== undefined);
  const body = JSON.stringify({ name: 'A', temp: 1 });
  expect((await fetch(`http://${String(address)}/data`, { method: 'POST', body })).status).toBe(200);
  expect(told.read?.()).toEqual({ received: 1, receivedBytes: body.length, sent: 1, sentBytes: 'thanks'.length });
});

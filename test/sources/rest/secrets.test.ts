import { expect, it } from 'vitest';
import { Unavailable } from '../../../src/model/errors.js';
import { device } from './devices.js';
import { converter, refusing, running, until } from './running.js';

it('neither logins nor what stands in a query is logged, whatever fails', async () => {
  const failing = await device((_got, response) => void response.writeHead(500).end());
  const security = { type: 'basic', username: 'user', password: 'pass-of-device' };
  const rest = await running({
    mapping: [{ endpoint: '/data', HTTPMethods: ['POST'], security, converter }],
    requestsMapping: {
      attributeUpdates: [
        {
          deviceNameFilter: '.*',
          attributeFilter: '.*',
          requestUrlExpression: `${failing.url}/?key=pass-in-url`,
          httpHeaders: { 'X-Key': 'pass-in-header' },
          security: { type: 'basic', username: 'user', password: 'pass-to-device' },
        },
      ],
    },
    settle: refusing(new Unavailable('STORAGE_FULL', 'no room')),
  });
  const as = (credentials: string) => ({
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
  });
  const body = '{"name":"A","temp":1}';
  expect((await rest.post('/data?key=pass-in-query', body, as('user:pass-of-stranger'))).status).toBe(401);
  expect((await rest.post('/none?key=pass-in-query', body)).status).toBe(404);
  expect((await rest.post('/data?key=pass-in-query', body, as('user:pass-of-device'))).status).toBe(503);
  expect((await rest.post('/data?key=pass-in-query', '{}', as('user:pass-of-device'))).status).toBe(400);
  rest.commands.next({ kind: 'attributeUpdate', device: 'A', values: { fw: 1 }, deleted: [] });
  await until('the failure is logged', () => rest.logged.some(([text]) => text.includes('could not be delivered')));
  const all = JSON.stringify([rest.logged, rest.facts]);
  expect(all).not.toContain('pass-');
  for (const secret of ['user:pass-of-stranger', 'user:pass-of-device', 'user:pass-to-device'])
    expect(all).not.toContain(Buffer.from(secret).toString('base64').slice(0, 20));
});

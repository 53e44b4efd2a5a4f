import { expect, test } from 'vitest';
import { plainClient } from './plain-client.js';
import { startPlatform } from './platform.js';
import { peer } from './require-peer.js';
import { haveOpenssl, selfSigned } from './self-signed.js';

peer('openssl', haveOpenssl())('the platform over TLS', () => {
  test('serves those who trust its certificate, and goes away and comes back', async () => {
    const tls = selfSigned();
    const platform = await startPlatform({ tls });
    await expect(plainClient(platform.port, { protocol: 'mqtts' })).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    const { publish, ended } = await plainClient(platform.port, { protocol: 'mqtts', ca: tls.cert });
    expect(await publish('v1/gateway/connect', { device: 'A' })).toBe(0);
    await platform.goAway();
    await ended;
    await platform.comeBack();
    const again = await plainClient(platform.port, { protocol: 'mqtts', ca: tls.cert });
    expect(platform.violations).toEqual([]);
    await again.close();
    await platform.close();
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { decode } from '../../../src/model/decode.js';
import { modbusConfig } from '../../../src/sources/modbus/config.js';
import { missingFiles } from '../../../src/sources/modbus/missing-files.js';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'modbus-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('names every certificate and key that is not there', () => {
  writeFileSync(join(folder, 'there.pem'), '');
  const least = { method: 'socket', unitId: 1, pollPeriod: 1, deviceName: 'D', host: 'h', port: 802 };
  const tls = { certfile: 'there.pem', keyfile: 'none.pem', cafile: join(folder, 'none') };
  const { value } = decode(modbusConfig, {
    master: { slaves: [least, { ...least, tls }] },
    slave: { ...least, security: { certfile: 'x.pem', keyfile: 'there.pem' } },
  });
  expect(missingFiles(value!, folder).map(({ path, found }) => [path, found])).toEqual([
    ['master.slaves[1].tls.keyfile', '"none.pem"'],
    ['master.slaves[1].tls.cafile', JSON.stringify(join(folder, 'none'))],
    ['slave.security.certfile', '"x.pem"'],
  ]);
});

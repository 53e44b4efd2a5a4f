import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mbap } from '../../../../src/sources/modbus/wire/framing/mbap.js';
import { authority } from '../../../peers/authority.js';
import { havePymodbus, startPymodbus } from '../../../peers/modbus-pymodbus.js';
import type { ModbusPeer } from '../../../peers/modbus-peer.js';
import { peer } from '../../../peers/require-peer.js';
import { haveOpenssl } from '../../../peers/self-signed.js';
import { answerOf } from '../answer-of.js';
import { wireTo } from './wire-to.js';

peer('openssl or pymodbus', haveOpenssl() && havePymodbus())('Modbus within TLS, with a slave of pymodbus', () => {
  let ours: ReturnType<typeof authority>;
  let rogue: ReturnType<typeof authority>;
  const slaves: ModbusPeer[] = [];
  const startWith = async (file: string): Promise<number> => {
    const slave = await startPymodbus({
      kind: 'tls',
      certfile: ours.at(`${file}.crt`),
      keyfile: ours.at(`${file}.key`),
    });
    slaves.push(slave);
    await slave.set('h', 0, [77]);
    return slave.port;
  };
  let right: number;

  beforeAll(async () => {
    ours = authority();
    rogue = authority('rogue');
    ours.issue({ file: 'slave' });
    ours.issue({ file: 'expired', days: -1 });
    ours.issue({ file: 'stranger', name: 'elsewhere.example' });
    right = await startWith('slave');
  });
  afterAll(async () => {
    for (const slave of slaves) await slave.close();
    ours.close();
    rogue.close();
  });

  const tlsTo = (port: number, tls: object, method = 'socket') => wireTo({ host: 'localhost', port, method, tls });

  it.each(['socket', 'tls'])('reads with method %s from a slave whose certificate is verified', async (method) => {
    const master = await tlsTo(right, { cafile: ours.at('ca.crt') }, method);
    expect(await master.read({})).toEqual(answerOf([77]));
    master.close();
  });

  it('refuses a slave when no authority is given', async () => {
    await expect(tlsTo(right, {})).rejects.toMatchObject({ name: 'ConnectionError' });
  });
  it('refuses a slave of another authority', async () => {
    await expect(tlsTo(right, { cafile: rogue.at('ca.crt') })).rejects.toMatchObject({ name: 'ConnectionError' });
  });
  it('refuses a slave whose certificate has ended', async () => {
    await expect(tlsTo(await startWith('expired'), { cafile: ours.at('ca.crt') })).rejects.toThrow('expired');
  });
  it('refuses a slave of another name', async () => {
    await expect(tlsTo(await startWith('stranger'), { cafile: ours.at('ca.crt') })).rejects.toThrow('localhost');
  });
  it('takes any slave if it is told to', async () => {
    const master = await tlsTo(right, { insecure: true });
    expect(await master.read({})).toEqual(answerOf([77]));
    master.close();
  });
  it('reads its files at each connection', async () => {
    const cafile = ours.at('renewed.crt');
    await expect(tlsTo(right, { cafile })).rejects.toMatchObject({ name: 'ConnectionError' });
    writeFileSync(cafile, 'no certificate');
    await expect(tlsTo(right, { cafile })).rejects.toMatchObject({ name: 'ConnectionError' });
    copyFileSync(ours.at('ca.crt'), cafile);
    const master = await tlsTo(right, { cafile });
    expect(await master.read({})).toEqual(answerOf([77]));
    master.close();
  });

  it('shows its own certificate to a slave that asks for one', async () => {
    ours.issue({ file: 'gateway', name: 'gateway' });
    const files = { cert: readFileSync(ours.at('slave.crt')), key: readFileSync(ours.at('slave.key')) };
    const asking = { ...files, ca: readFileSync(ours.at('ca.crt')), requestCert: true, rejectUnauthorized: true };
    const server = createServer(asking, (socket) => {
      const name = socket.getPeerCertificate().subject.CN;
      socket.on('data', (chunk) =>
        socket.write(mbap.frame(Buffer.of(1, 3, 2, 0, String(name).length), chunk.readUInt16BE(0))),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const own = { certfile: ours.at('gateway.crt'), keyfile: ours.at('gateway.key') };
    const master = await tlsTo(port, { cafile: ours.at('ca.crt'), ...own });
    expect(await master.read({})).toEqual(answerOf(['gateway'.length]));
    master.close();
    server.close();
  });
});

import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ConnectionError, FatalError } from '../../../../src/model/errors.js';
import { localServer } from '../../../../src/sources/modbus/local/local-server.js';
import type { Serving } from '../../../../src/sources/modbus/local/local-server.js';
import { mbap } from '../../../../src/sources/modbus/wire/framing/mbap.js';
import { authority } from '../../../peers/authority.js';
import { haveLibmodbus, libmodbusMaster } from '../../../peers/modbus-libmodbus.js';
import { havePymodbus, pymodbusMaster } from '../../../peers/modbus-pymodbus.js';
import { haveSocat, ptyPair } from '../../../peers/pty-pair.js';
import { peer } from '../../../peers/require-peer.js';
import { haveOpenssl } from '../../../peers/self-signed.js';
import { answerOf } from '../answer-of.js';
import { wireTo } from '../wire/wire-to.js';
import { freePort, localSlaveWith, serveLocal } from './serve-local.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const rows = [
  { type: 'tcp', method: 'socket', of: 'libmodbus' },
  { type: 'serial', method: 'rtu', of: 'libmodbus' },
  { type: 'tcp', method: 'socket', of: 'pymodbus' },
  { type: 'tcp', method: 'rtu', of: 'pymodbus' },
  { type: 'tcp', method: 'ascii', of: 'pymodbus' },
  { type: 'udp', method: 'socket', of: 'pymodbus' },
  { type: 'udp', method: 'rtu', of: 'pymodbus' },
  { type: 'serial', method: 'rtu', of: 'pymodbus' },
  { type: 'serial', method: 'ascii', of: 'pymodbus' },
] as const;

for (const { type, method, of } of rows) {
  const present = (of === 'libmodbus' ? haveLibmodbus() : havePymodbus()) && (type !== 'serial' || haveSocat());
  peer(type === 'serial' ? `${of} or socat` : of, present)(`the local slave in ${method} over ${type}`, () => {
    it(`is read and written by a master of ${of}`, async () => {
      const pair = type === 'serial' ? await ptyPair() : undefined;
      if (pair !== undefined) ends.push(pair.close);
      const local = await serveLocal(localSlaveWith({ type, method, port: pair?.ours ?? (await freePort()) }));
      ends.push(local.stop);
      const master =
        of === 'pymodbus'
          ? await pymodbusMaster({ kind: type, framer: method, port: pair?.theirs ?? local.port })
          : await libmodbusMaster(
              pair === undefined ? { port: local.port, unit: 1 } : { device: pair.theirs, unit: 1 },
            );
      ends.push(master.close);

      expect(await master.read(3, 6, 3)).toEqual([0, 77, 0]);
      expect(await master.read(1, 0, 5)).toEqual([0, 0, 0, 1, 0]);
      await master.write(6, 8, [0xbeef]);
      await master.write(16, 9, [1, 2, 3]);
      expect(await master.read(3, 7, 5)).toEqual([77, 0xbeef, 1, 2, 3]);
      await master.write(5, 4, [1]);
      await master.write(15, 5, [1, 0, 1, 1, 0, 0, 0, 0, 1]);
      expect(await master.read(1, 3, 11)).toEqual([1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1]);
      expect(await master.read(2, 0, 2)).toEqual([0, 0]);
      expect(await master.read(4, 65_535, 1)).toEqual([0]);
      await expect(master.read(4, 65_535, 2)).rejects.toThrow(/Illegal data address|Exception Response/);
      expect(local.memory.holdingRegisters.get(8)).toBe(0xbeef);
      expect(local.memory.coils.get(4)).toBe(true);
    });
  });
}

peer('pymodbus', havePymodbus())('a master of pymodbus', () => {
  it('is told who the local slave is', async () => {
    const identity = { vendorName: 'Our works', productCode: 'OW', vendorUrl: 'http://ow', ModelName: 'M1' };
    const local = await serveLocal(localSlaveWith({ port: await freePort(), identity }));
    const master = await pymodbusMaster({ port: local.port });
    ends.push(local.stop, master.close);
    expect(JSON.parse(await master.ask('identify'))).toEqual({
      0: 'Our works',
      1: 'OW',
      2: '',
      3: 'http://ow',
      5: 'M1',
    });
  });
});

peer('openssl', haveOpenssl())('the local slave within TLS', () => {
  it('shows its certificate, and serves', async () => {
    const ca = authority();
    ca.issue({ file: 'local' });
    ends.push(ca.close);
    const security = { certfile: ca.at('local.crt'), keyfile: ca.at('local.key') };
    const local = await serveLocal(localSlaveWith({ port: await freePort(), security }));
    ends.push(local.stop);
    const master = await wireTo({ host: 'localhost', port: local.port, tls: { cafile: ca.at('ca.crt') } });
    ends.push(master.close);
    expect(await master.read({ address: 7 })).toEqual(answerOf([77]));
    await expect(wireTo({ host: 'localhost', port: local.port, tls: {} })).rejects.toBeInstanceOf(ConnectionError);
  });
});

const plain = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  ends.push(() => socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
};
const once = (socket: Socket, event: string): Promise<unknown> => new Promise((resolve) => socket.once(event, resolve));

describe('the local slave', () => {
  it('says that its port is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    ends.push(() => taken.close());
    const local = localSlaveWith({ port: (taken.address() as AddressInfo).port });
    await expect(serveLocal(local)).rejects.toMatchObject({ name: 'ConnectionError', code: 'CANNOT_LISTEN' });
  });

  it('keeps what masters wrote when it is served again', async () => {
    const server = localServer(localSlaveWith({ port: await freePort() }));
    for (const [asked, answered] of [
      ['010600070009', '010600070009'],
      ['010300070001', '0103020009'],
    ] as const) {
      const { port } = await new Promise<Serving>((resolve, reject) => {
        const subscription = server.subscribe({ next: resolve, error: reject });
        ends.push(() => subscription.unsubscribe());
      });
      const master = await plain(port);
      master.write(mbap.frame(Buffer.from(asked, 'hex'), 1));
      expect(await once(master, 'data')).toEqual(mbap.frame(Buffer.from(answered, 'hex'), 1));
      const gone = once(master, 'close');
      for (const end of ends.splice(0).reverse()) await end();
      await gone;
    }
  });

  it('cannot work with TLS and no certificate', async () => {
    await expect(serveLocal(localSlaveWith({ port: 1, method: 'tls' }))).rejects.toBeInstanceOf(FatalError);
  });

  it('answers for no other unit, and lets a master go that sends garbage', async () => {
    const local = await serveLocal(localSlaveWith({ port: await freePort() }));
    ends.push(local.stop);
    const master = await plain(local.port);
    master.write(mbap.frame(Buffer.of(2, 3, 0, 0, 0, 1), 5));
    expect(await once(master, 'data')).toEqual(mbap.frame(Buffer.of(2, 0x83, 11), 5));
    master.write('GET / HTTP/1.1\r\n\r\n');
    await once(master, 'close');
  });

  it('answers requests that come together, each with its number', async () => {
    const local = await serveLocal(localSlaveWith({ port: await freePort() }));
    ends.push(local.stop);
    const master = await plain(local.port);
    const requests = [1, 2, 3].map((number) => mbap.frame(Buffer.of(1, 3, 0, 7, 0, 1), number));
    master.write(Buffer.concat(requests));
    const answers: Buffer[] = [];
    await new Promise<void>((resolve) => {
      master.on('data', (chunk) => {
        answers.push(chunk);
        if (Buffer.concat(answers).length === 33) resolve();
      });
    });
    const expected = [1, 2, 3].map((number) => mbap.frame(Buffer.of(1, 3, 2, 0, 77), number));
    expect(Buffer.concat(answers)).toEqual(Buffer.concat(expected));
  });

  it('has room for 64 masters: one more takes the place of the one that was silent for the longest', async () => {
    const local = await serveLocal(localSlaveWith({ port: await freePort() }));
    ends.push(local.stop);
    const masters: Socket[] = [];
    for (let i = 0; i < 64; i += 1) {
      const master = await plain(local.port);
      master.write(mbap.frame(Buffer.of(1, 3, 0, 7, 0, 1), i));
      await once(master, 'data');
      masters.push(master);
    }
    masters[0]!.write(mbap.frame(Buffer.of(1, 3, 0, 7, 0, 1), 100));
    await once(masters[0]!, 'data');
    const gone = once(masters[1]!, 'close');
    const late = await plain(local.port);
    late.write(mbap.frame(Buffer.of(1, 3, 0, 7, 0, 1), 101));
    await once(late, 'data');
    await gone;
    expect(masters.filter(({ destroyed }) => destroyed)).toEqual([masters[1]]);
  });
});

import { createServer, type AddressInfo } from 'node:net';
import { decode } from '../../../../src/model/decode.js';
import { modbusConfig } from '../../../../src/sources/modbus/config.js';
import type { LocalSlave } from '../../../../src/sources/modbus/config/local-slave.js';
import { localServer } from '../../../../src/sources/modbus/local/local-server.js';
import type { Serving } from '../../../../src/sources/modbus/local/local-server.js';

/** A port of the loopback that nobody uses at this moment. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** A local slave with these keys, decoded. Unit 1, BIG and BIG; register 7 holds 77, coil 3 is on. */
export const localSlaveWith = (keys: object): LocalSlave => {
  const item = { tag: 't', type: '16int', address: 7, objectsCount: 1, value: 77 };
  const values = {
    holding_registers: { timeseries: [item] },
    coils_initializer: { timeseries: [{ ...item, type: 'bits', address: 3, value: true }] },
  };
  const base = { host: '127.0.0.1', method: 'socket', unitId: 1, byteOrder: 'BIG', wordOrder: 'BIG', values };
  const { value, problems } = decode(modbusConfig, { slave: { ...base, ...keys } });
  if (value?.slave === undefined) throw new Error(JSON.stringify(problems));
  return value.slave;
};

/** Serves it and waits until it does. Rejects if it cannot. */
export const serveLocal = async (local: LocalSlave) => {
  let stop = (): void => undefined;
  const serving = await new Promise<Serving>((resolve, reject) => {
    const subscription = localServer(local).subscribe({ next: resolve, error: reject });
    stop = () => subscription.unsubscribe();
  });
  return { ...serving, stop };
};

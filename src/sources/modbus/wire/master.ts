import { EventEmitter } from 'node:events';
import modbus from 'modbus-serial';
import { ProtocolError, reasonOf } from '../../../model/errors.js';
import type { Write } from '../values/write-of.js';
import { withCrc } from './framing/with-crc.js';
import { SlaveException } from './slave-exception.js';
import type { ReadRequest } from './wire.js';

/** Ends a request: with what went wrong, or with the bytes behind the count of bytes (none, if it was a write). */
export type Done = (error: Error | undefined, payload: Buffer) => void;

const NOTHING = Buffer.alloc(0);

const errorOf = (thrown: unknown, where: string): Error => {
  const code: unknown = thrown instanceof Error && 'modbusCode' in thrown ? thrown.modbusCode : undefined;
  return typeof code === 'number'
    ? new SlaveException(code, where)
    : new ProtocolError('CONVERSION_FAILED', `${where}: ${reasonOf(thrown)}`, { cause: thrown });
};

/**
 * Speaks the messages of a master: modbus-serial makes the requests and reads the answers. `send` is given each request as unit and message, at once.
 * Sockets, framings, deadlines and late answers are not its business: it is told only what answers its last request.
 */
export const master = (send: (adu: Buffer) => void) => {
  const port = Object.assign(new EventEmitter(), {
    isOpen: true,
    open: (done: () => void) => done(),
    write: (bytes: Buffer) => send(bytes.subarray(0, -2)),
  });
  const client = new modbus.default(port);
  client.open(() => undefined);

  return {
    read: ({ unitId, functionCode, address, count }: ReadRequest, where: string, done: Done): void => {
      const next = (error: unknown, answer?: { readonly buffer: Buffer }): void => {
        if (error === null || error === undefined) done(undefined, answer?.buffer ?? NOTHING);
        else done(errorOf(error, where), NOTHING);
      };
      if (functionCode === 1) client.writeFC1(unitId, address, count, next);
      else if (functionCode === 2) client.writeFC2(unitId, address, count, next);
      else if (functionCode === 3) client.writeFC3(unitId, address, count, next);
      else client.writeFC4(unitId, address, count, next);
    },
    write: (unitId: number, write: Write, where: string, done: Done): void => {
      const { address } = write;
      const next = (error: unknown): void => {
        done(error === null || error === undefined ? undefined : errorOf(error, where), NOTHING);
      };
      if ('coils' in write) {
        if (write.functionCode === 5) client.writeFC5(unitId, address, write.coils[0]!, next);
        else client.writeFC15(unitId, address, [...write.coils], next);
      } else if (write.functionCode === 6) client.writeFC6(unitId, address, write.registers[0]!, next);
      else client.writeFC16(unitId, address, [...write.registers], next);
    },
    /** What answers the last request. */
    hear: (adu: Buffer): void => {
      port.emit('data', withCrc(adu));
    },
  };
};

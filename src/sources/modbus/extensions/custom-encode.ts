import type { LoadedConverter } from '../../../extensions/load-converter.js';
import { makeHalf } from '../../../extensions/make-half.js';
import { reasonOf } from '../../../model/errors.js';
import type { Json } from '../../../model/message.js';
import { RpcError } from '../../../model/rpc-error.js';
import type { ModbusConverterConfig, ModbusWrite } from '../converter.js';
import { MOST_WRITTEN_BITS, MOST_WRITTEN_REGISTERS } from '../reading/limits.js';
import { countOf } from '../values/count-of.js';
import type { Encode, Writing } from '../values/encode-of.js';
import type { Write } from '../values/write-of.js';

const isWriteCode = (code: number): code is ModbusWrite['functionCode'] => [5, 6, 15, 16].includes(code);
const isCoil = (one: unknown): one is boolean => typeof one === 'boolean';
const isRegister = (one: unknown): one is number =>
  typeof one === 'number' && Number.isInteger(one) && one >= 0 && one <= 0xffff;

const listOf = <T>(given: unknown, is: (one: unknown) => one is T, what: string, most: number): readonly T[] => {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (!list.every(is)) throw new Error(`the converter has to give ${what}, one or a list`);
  if (list.length < 1 || list.length > most)
    throw new Error(`the converter gave ${list.length}, and 1 to ${most} can be written`);
  return [...list];
};

const written = ({ functionCode, address }: Writing, given: unknown): Write => {
  const bitwise = functionCode === 5 || functionCode === 15;
  const write: Write = bitwise
    ? {
        functionCode,
        address,
        coils: listOf(given, isCoil, 'true or false', functionCode === 5 ? 1 : MOST_WRITTEN_BITS),
      }
    : {
        functionCode: functionCode === 6 ? 6 : 16,
        address,
        registers: listOf(given, isRegister, 'registers (0 to 65535)', functionCode === 6 ? 1 : MOST_WRITTEN_REGISTERS),
      };
  const { length } = 'coils' in write ? write.coils : write.registers;
  if (address + length > 65_536) throw new Error('what the converter gave goes beyond the last address');
  return write;
};

/**
 * How the values of a slave are written by a converter of the user's own, made for that slave; or the reason why it cannot be.
 *
 * Promises: throws RpcErrors only: 400 for what the user's code throws, and for a result that cannot be written.
 */
export const customEncode = (loaded: LoadedConverter | Error, config: ModbusConverterConfig): Encode | Error => {
  const made = makeHalf(loaded, 'down', config);
  if (made instanceof Error) return made;
  return (rule, value) => {
    const { tag, type, functionCode, address } = rule;
    try {
      if (!isWriteCode(functionCode)) throw new Error('Unsupported function code in RPC request.');
      const asked: ModbusWrite = {
        tag,
        type,
        functionCode,
        address,
        objectsCount: countOf(rule),
        value: structuredClone<Json>(value),
      };
      return written(rule, made(asked));
    } catch (error) {
      throw new RpcError(400, reasonOf(error), { cause: error });
    }
  };
};

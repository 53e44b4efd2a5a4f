import type { Json } from '../../../model/message.js';
import type { Area, LocalSlave } from '../config/local-slave.js';
import { countOf } from '../values/count-of.js';
import { writeOf } from '../values/write-of.js';

/** What a slave holds, by address; what is absent is 0. */
export interface Memory {
  readonly coils: Map<number, boolean>;
  readonly discreteInputs: Map<number, boolean>;
  readonly holdingRegisters: Map<number, number>;
  readonly inputRegisters: Map<number, number>;
}

const placeOf: Readonly<Record<Area, keyof Memory>> = {
  coils_initializer: 'coils',
  discrete_inputs: 'discreteInputs',
  holding_registers: 'holdingRegisters',
  input_registers: 'inputRegisters',
};

/**
 * What the local slave holds at the start: the values of its configuration, encoded as writes are, each at the address that masters ask for. Where two
 * overlap the later one counts. Throws an RpcError for a value that its type cannot hold; `trouble` is told instead where it is given, with the tag.
 */
export const initialMemory = (local: LocalSlave, trouble?: (tag: string, error: unknown) => void): Memory => {
  const memory: Memory = {
    coils: new Map(),
    discreteInputs: new Map(),
    holdingRegisters: new Map(),
    inputRegisters: new Map(),
  };
  for (const area of Object.keys(placeOf) as Area[]) {
    const bitwise = area === 'coils_initializer' || area === 'discrete_inputs';
    const { attributes, timeseries, attributeUpdates, rpc } = local.values[area];
    for (const item of [...attributes, ...timeseries, ...attributeUpdates, ...rpc]) {
      if (item.value === undefined || item.value === null) continue;
      const functionCode = bitwise ? 15 : 16;
      try {
        const write = writeOf(
          {
            ...item,
            functionCode,
            // The size is that of its area, whatever code writes it later.
            objectsCount: countOf({ ...item, functionCode }),
            byteOrder: item.byteOrder ?? local.byteOrder,
            wordOrder: item.wordOrder ?? local.wordOrder,
            repack: local.repack,
          },
          item.value as Json,
        );
        if ('coils' in write)
          write.coils.forEach((bit, i) => (memory[placeOf[area]] as Map<number, boolean>).set(item.address + i, bit));
        else
          write.registers.forEach((word, i) =>
            (memory[placeOf[area]] as Map<number, number>).set(item.address + i, word),
          );
      } catch (error) {
        if (trouble === undefined) throw error;
        trouble(item.tag, error);
      }
    }
  }
  return memory;
};

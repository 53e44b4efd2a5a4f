import { readCodeOf } from '../config/local-slave.js';
import type { Area, LocalSlave } from '../config/local-slave.js';
import type { Point } from '../config/point.js';
import type { Slave } from '../config/slave.js';
import type { WriteRule } from '../config/write-rule.js';
import { MOST_BITS, MOST_REGISTERS } from '../reading/limits.js';

const areas = [
  'holding_registers',
  'coils_initializer',
  'input_registers',
  'discrete_inputs',
] as const satisfies Area[];

type Item = LocalSlave['values'][Area]['rpc'][number];

const isWrite = (code: number | undefined): code is 5 | 6 | 15 | 16 => code !== undefined && code > 4;

const pointOf = (item: Item, area: Area): Point => ({ ...item, functionCode: readCodeOf(area) });

/**
 * The local slave as the slave that is polled for its data (modbus.md, Local server). Holding registers are read with function code 3, coils with 1, input
 * registers with 4, discrete inputs with 2; attribute updates and calls keep their own, and a call without one reads its area.
 */
export const localAsSlave = (local: LocalSlave): Slave => {
  const of = (section: 'attributes' | 'timeseries' | 'attributeUpdates' | 'rpc') =>
    areas.flatMap((area) => local.values[area][section].map((item) => ({ item, area })));
  const updates = of('attributeUpdates').flatMap(({ item }): readonly WriteRule[] => {
    const { functionCode } = item;
    return isWrite(functionCode) ? [{ ...item, functionCode }] : [];
  });
  const { security } = local;
  return {
    ...local,
    ...(security === undefined ? {} : { tls: { ...security, insecure: true } }),
    timeout: 30,
    retries: 3,
    delayBetweenRequestsMs: 0,
    connectAttemptTimeMs: 500,
    connectAttemptCount: 2,
    waitAfterFailedAttemptsMs: 30_000,
    mergeRequests: true,
    maxGapRegisters: 8,
    maxGapBits: 64,
    maxRegistersPerRequest: MOST_REGISTERS,
    maxBitsPerRequest: MOST_BITS,
    attributes: of('attributes').map(({ item, area }) => pointOf(item, area)),
    timeseries: of('timeseries').map(({ item, area }) => pointOf(item, area)),
    attributeUpdates: updates,
    rpc: of('rpc').map(({ item, area }) => ({
      ...item,
      functionCode: item.functionCode ?? readCodeOf(area),
    })),
  };
};

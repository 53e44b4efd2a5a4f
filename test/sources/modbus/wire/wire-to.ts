import { lastValueFrom, toArray } from 'rxjs';
import type { Subscription } from 'rxjs';
import { endpointOf } from '../../../../src/sources/modbus/endpoint-of.js';
import type { Write } from '../../../../src/sources/modbus/values/write-of.js';
import { connect } from '../../../../src/sources/modbus/wire/connect.js';
import type { ReadRequest, Wire } from '../../../../src/sources/modbus/wire/wire.js';
import { slaveWith } from '../slave-with.js';

/** A connection to a slave with these keys in its configuration, made and waited for. `lost` resolves with the error that ends it. */
export const wireTo = async (keys: object) => {
  const slave = slaveWith({ host: '127.0.0.1', unitId: 1, timeout: 5, ...keys });
  let subscription: Subscription | undefined;
  let tell: (error: unknown) => void = () => undefined;
  const lost = new Promise<unknown>((resolve) => (tell = resolve));
  const wire = await new Promise<Wire>((resolve, reject) => {
    subscription = connect(endpointOf(slave, slave.tls !== undefined), slave).subscribe({
      next: resolve,
      error: (error: unknown) => {
        tell(error);
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    });
  });
  return {
    wire,
    lost,
    read: async (request: Partial<ReadRequest>, timeoutMs = 2_000): Promise<Buffer> => {
      const whole = { unitId: 1, functionCode: 3, address: 0, count: 1, ...request } as const;
      const answers = await lastValueFrom(wire.read(whole, timeoutMs).pipe(toArray()));
      if (answers.length !== 1) throw new Error(`${answers.length} answers`);
      return answers[0]!;
    },
    write: (write: Write, unitId = 1, timeoutMs = 2_000) =>
      lastValueFrom(wire.write(unitId, write, timeoutMs), { defaultValue: undefined }),
    close: () => subscription?.unsubscribe(),
  };
};

export type WireTo = Awaited<ReturnType<typeof wireTo>>;

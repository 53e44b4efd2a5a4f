import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What the slaves have been asked since they began. */
export interface SlavesReport {
  /** Requests by `port number:unit`, ports counted from 0. */
  readonly asked: Readonly<Record<string, number>>;
  readonly registers: number;
}

const program = fileURLToPath(new URL('modbus-slaves.ts', import.meta.url));

/** Starts slaves (modbus-slaves.ts): so many ports, so many units behind each. */
export const forkModbusSlaves = async (ports: number, units: number) => {
  const child = fork(program, [String(ports), String(units)], { execArgv: ['--import', 'tsx'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const said = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      child.once('message', (message) => resolve(message as T));
      child.once('exit', () => reject(new Error('the slaves ended')));
    });
  const ready = await said<{ readonly ports: readonly number[] }>();
  return {
    ports: ready.ports,
    /** These units answer nothing from now on. */
    kill: (dead: readonly number[]): void => void child.send({ dead }),
    report: (): Promise<SlavesReport> => {
      const report = said<SlavesReport>();
      child.send({ report: true });
      return report;
    },
    close: async (): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
    },
  };
};

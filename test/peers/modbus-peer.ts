import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const DEADLINE_MS = 10_000;

/** Where a value stands in registers: the order of its bytes, A the most significant. */
export type RegisterOrder = 'ABCD' | 'BADC' | 'CDAB' | 'DCBA';
/** Holding registers, input registers, coils, discrete inputs. */
export type PeerArea = 'h' | 'i' | 'c' | 'd';

const numbers = (line: string): readonly number[] =>
  line
    .split(' ')
    .filter((word) => word !== '')
    .map(Number);

/**
 * Starts a program that says `ready PORT` and then answers each line with one line, and waits until it is ready. Ends with `close()`, or with this process,
 * whose end closes its input.
 */
export const modbusPeer = async (command: string, args: readonly string[]) => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  let errors = '';
  child.stderr.on('data', (bytes) => (errors = (errors + String(bytes)).slice(-4_000)));
  child.stdin.on('error', () => undefined);
  const fail = (why: string): void => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`${command}: ${why} ${errors}`));
  };
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      fail(error.message);
      resolve();
    });
    child.once('close', () => {
      fail('it ended.');
      resolve();
    });
  });
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(line));

  const line = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => fail(`no answer within ${DEADLINE_MS} ms.`), DEADLINE_MS);
      waiting.push({
        resolve: (text) => {
          clearTimeout(late);
          resolve(text);
        },
        reject: (error) => {
          clearTimeout(late);
          reject(error);
        },
      });
    });
  /** Says one line and waits for its answer. */
  const ask = async (...words: readonly (string | number)[]): Promise<string> => {
    const answer = line();
    child.stdin.write(`${words.join(' ')}\n`);
    const text = await answer;
    if (text.startsWith('error ')) throw new Error(text.slice(6));
    return text;
  };

  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  const ready = await line().catch(async (error: unknown) => {
    await close();
    throw error;
  });

  return {
    /** The port it listens on; 0 on a serial line, and of a master. */
    port: Number(ready.split(' ')[1]),
    pid: child.pid!,
    ask,
    /** A slave's own registers or bits. */
    set: (area: PeerArea, address: number, values: readonly number[]) => ask('set', area, address, ...values),
    get: async (area: PeerArea, address: number, count: number) => numbers(await ask('get', area, address, count)),
    /** Sets holding registers to a value that the peer's own library encodes. */
    encode: (type: string, order: RegisterOrder, address: number, value: string) =>
      ask('encode', type, order, address, value),
    /** What a master reads, or writes. Rejects with the peer's words for an exception. */
    read: async (code: 1 | 2 | 3 | 4, address: number, count: number) =>
      numbers(await ask('read', code, address, count)),
    write: (code: 5 | 6 | 15 | 16, address: number, values: readonly number[]) =>
      ask('write', code, address, ...values),
    /** It is there and says nothing any more, until `resume()`. */
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    close,
  };
};

export type ModbusPeer = Awaited<ReturnType<typeof modbusPeer>>;

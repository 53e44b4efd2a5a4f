import { spawn, spawnSync } from 'node:child_process';

const DEADLINE_MS = 10_000;

/** Whether socat is installed. */
export const haveSocat = (): boolean => spawnSync('socat', ['-V']).status === 0;

/** Two serial devices whose ends are joined, made by socat. What is written to the one can be read from the other. Gone with `close()`. */
export const ptyPair = async () => {
  const child = spawn('socat', ['-d', '-d', 'pty,raw,echo=0', 'pty,raw,echo=0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const close = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  const devices = await new Promise<readonly string[]>((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`socat made no devices: ${said}`)), DEADLINE_MS);
    const fail = (error: Error): void => {
      clearTimeout(late);
      reject(error);
    };
    child.once('error', fail);
    child.once('exit', () => fail(new Error(`socat ended: ${said}`)));
    child.stderr.on('data', (bytes) => {
      said += String(bytes);
      const found = [...said.matchAll(/PTY is (\S+)/g)].map(([, device]) => device!);
      if (found.length < 2 || !said.includes('starting data transfer loop')) return;
      clearTimeout(late);
      resolve(found);
    });
  }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { ours: devices[0]!, theirs: devices[1]!, close };
};

export type PtyPair = Awaited<ReturnType<typeof ptyPair>>;

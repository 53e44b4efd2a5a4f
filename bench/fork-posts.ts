import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Posted } from './posts.js';

const program = fileURLToPath(new URL('posts.ts', import.meta.url));

/** Starts the devices of the REST bench (posts.ts) and waits until all their connections to this port stand. */
export const forkPosts = async (port: number, connections: number) => {
  const child = fork(program, [String(port), String(connections)], { execArgv: ['--import', 'tsx'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const next = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('error', reject);
      child.once('exit', () => reject(new Error('the devices lost the gateway')));
    });
  await next();
  return {
    /** Sends so many messages, in turn over all connections. */
    send: (messages: number): Promise<Posted> => {
      const done = next() as Promise<Posted>;
      child.send({ messages });
      return done;
    },
    close: async (): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
    },
  };
};

import type { Duplex } from 'node:stream';

const PATIENCE_MS = 20_000;

/** The delay of the event loop beyond what was asked of it, in ms. */
export interface LoopDelay {
  readonly p99: number;
  readonly max: number;
}

/** The way to the probe (probe.ts) in a process under test. One question at a time. */
export const askProbe = (line: Duplex) => {
  let heard = '';
  let answer: ((text: string) => void) | undefined;
  line.on('error', () => undefined);
  line.on('data', (bytes) => {
    heard += String(bytes);
    const end = heard.indexOf('\n');
    if (end < 0) return;
    const text = heard.slice(0, end);
    heard = heard.slice(end + 1);
    answer?.(text);
  });
  const ask = async (order: string): Promise<unknown> => {
    const text = await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer to ${order}`)), PATIENCE_MS);
      answer = (it) => {
        clearTimeout(late);
        resolve(it);
      };
      line.write(`${order}\n`);
    });
    return JSON.parse(text);
  };
  return {
    /** From now on the event loop is watched. */
    begin: (): void => void line.write('begin\n'),
    /** What the event loop was late by since `begin`. */
    end: () => ask('end') as Promise<LoopDelay>,
    /** Collects all garbage; bytes of the heap and beside it that are in use. */
    heap: async (): Promise<number> => ((await ask('heap')) as { readonly bytes: number }).bytes,
  };
};

import { createContext, Script } from 'node:vm';

interface Box {
  pattern?: RegExp;
  text?: string;
}

/** Made when first needed: most configurations need none. */
let box: Box | undefined;
const run = new Script('pattern.exec(text)');

const late = (error: unknown): boolean =>
  (error as { readonly code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/**
 * Searches a text with a regular expression for at most so many milliseconds, and once more in case the machine stood still meanwhile. `late`
 * when that was not enough.
 *
 * V8 looks for its deadline whenever an expression goes back, so none can hang the process. Costs about 0.1 ms for the deadline itself.
 */
export const inTime = (pattern: RegExp, text: string, ms: number): RegExpExecArray | null | 'late' => {
  box ??= createContext({}) as Box;
  box.pattern = pattern;
  box.text = text;
  for (let tries = 2; tries > 0; tries -= 1)
    try {
      return run.runInContext(box, { timeout: ms }) as RegExpExecArray | null;
    } catch (error) {
      if (!late(error)) throw error;
    }
  return 'late';
};

import { afterEach } from 'vitest';
import type { StageOptions } from './stage.js';
import { startStage } from './stage.js';

/** Makes stages for the tests of a file and closes each after its test, however that ended. */
export const staged = () => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });
  return async (options?: StageOptions) => {
    const stage = await startStage(options);
    open.push(stage.close);
    return stage;
  };
};

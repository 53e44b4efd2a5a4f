import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    // A never-ending virtual timer hangs TestScheduler beyond the runner's own limits: a forked worker can be killed.
    pool: 'forks',
  },
});

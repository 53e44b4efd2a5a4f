import { describe } from 'vitest';

type Suite = (name: string, body: () => void) => unknown;

/**
 * `describe` for tests that need an installed program. Without it they are skipped with the reason in their name, except in CI
 * (environment variable CI), where a missing peer is an error: there nothing may pass by being skipped.
 */
export const peer =
  (
    program: string,
    present: boolean,
    environment: NodeJS.ProcessEnv = process.env,
    run: Suite = describe,
    skip: Suite = describe.skip,
  ) =>
  (name: string, body: () => void): void => {
    if (present) run(name, body);
    else if ((environment.CI ?? '') === '') skip(`${name} (skipped: ${program} is not installed)`, body);
    else throw new Error(`${program} is not installed: install it, or the tests "${name}" prove nothing`);
  };

import { accuse, blame } from '../extensions/blame.js';
import type { Log } from '../model/component.js';
import { reasonOf } from '../model/errors.js';

/**
 * What is done about an error that nobody has caught. One of a user's own module is said, and that module's connectors are told; any other is a bug of ours, which
 * is said and ends the process: `end` is called.
 */
export const onStray =
  (log: Pick<Log, 'error'>, end: () => void) =>
  (error: unknown): void => {
    const stack = error instanceof Error ? error.stack : undefined;
    const folder = blame(error);
    if (folder === undefined || !(error instanceof Error)) {
      log.error('a bug ends the process', { text: reasonOf(error), stack });
      end();
      return;
    }
    const said = { folder, stack, code: 'EXTENSION_FAILED' };
    log.error(`code of an extension failed where nobody waits for it: ${reasonOf(error)}`, said);
    accuse(error, folder);
  };

import { Worker } from 'node:worker_threads';
import { Observable } from 'rxjs';
import { ownCopies } from './own-copies.js';

/** Megabytes that a module may fill while it loads. */
const HEAP = 256;

const CODE = `const { workerData, parentPort } = require('node:worker_threads');
require('node:module').register(workerData.hook, { data: workerData.data });
const say = () => parentPort.postMessage('over');
import(workerData.url).then(say, say);`;

const causeOf = (error: Error): string =>
  'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'it fills the memory while it loads' : error.message;

/**
 * Loads a module in a thread of its own and throws it away, to see whether that ends.
 *
 * Promises: emits once and completes when the module has loaded, or has failed as the main thread will see for itself; errors if it would have taken the
 * process along: it ends it, or fills its memory. What never ends is the caller's to limit: unsubscribing stops the thread, an endless loop among it.
 * What the module prints there is not shown.
 */
export const trial = (url: string): Observable<void> =>
  new Observable((subscriber) => {
    const worker = new Worker(CODE, {
      eval: true,
      workerData: { ...ownCopies, url },
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: HEAP },
    });
    worker.on('message', () => {
      subscriber.next();
      subscriber.complete();
    });
    worker.on('error', (error) => subscriber.error(new Error(causeOf(error))));
    worker.on('exit', () => subscriber.error(new Error('it ends the process while it loads')));
    return () => void worker.terminate();
  });

import { envelope } from '../../../src/model/envelope.js';
import { Subject } from 'rxjs';
import { buffer } from '../../../src/operators/buffer/buffer.js';
import { openStorage } from '../../../src/operators/buffer/open-storage.js';
import type { Kept } from '../../../src/model/message.js';
import type { Envelope } from '../../../src/model/envelope.js';
import { limits } from './with-store.js';
import { nameOf, reading, silent } from './rig.js';

/** A process that writes readings without an end and says on standard output which of them were acknowledged and which removed. */
const [folder = ''] = process.argv.slice(2);
const source = new Subject<Envelope<Kept>>();
let serial = 0;
let unacknowledged = 0;
const send = (): void => {
  for (; unacknowledged < 50; unacknowledged += 1) {
    const message = reading(`d${serial % 5}`, (serial += 1));
    source.next(
      envelope(
        message,
        () => {
          process.stdout.write(`+${nameOf(message)}\n`);
          unacknowledged -= 1;
          setImmediate(send);
        },
        () => process.exit(3),
      ),
    );
  }
};
openStorage(
  { kind: 'sqlite', folder, limits, deadLetters: 10 },
  { limits, log: silent, fact: () => undefined },
).subscribe(({ store, deadLetters }) => {
  // Every second one is delivered at once.
  source
    .pipe(buffer(store, { limits, deadLetters, log: silent, fact: () => undefined, window: 100 }))
    .subscribe(({ value, ack }) => {
      process.stdout.write(`>${nameOf(value)}\n`);
      if (value.kind === 'data' && value.telemetry[0]!.ts % 2 === 0) ack();
    });
  send();
});

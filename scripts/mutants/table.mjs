const BUFFER = 'src/operators/buffer/buffer.ts';
const FLIGHT = 'src/operators/buffer/flight.ts';
const ADMISSION = 'src/operators/buffer/admission.ts';
const ENTRANCE = 'src/operators/buffer/entrance.ts';
const DEFERRAL = 'src/operators/buffer/deferral.ts';
const BURIAL = 'src/operators/buffer/burial.ts';
const CLEARANCE = 'src/operators/buffer/clearance.ts';
const SQLITE = 'src/operators/buffer/sqlite-store.ts';
const RENUMBER = 'src/operators/buffer/renumber.ts';
const ENVELOPE = 'src/model/envelope.ts';
const BATCH_MAP = 'src/operators/batch-map.ts';
const TURNS = 'src/sources/modbus/bus/turns.ts';
const HEALTH = 'src/sources/modbus/bus/health.ts';
const LINE = 'src/sources/modbus/bus/line.ts';
const PACE = 'src/sources/modbus/polling/pace.ts';
const LEARN = 'src/sources/modbus/reading/learn.ts';
const CONVERSATION = 'src/sources/modbus/wire/conversation.ts';

const MODEL = ['test/operators/buffer/model/model.test.ts'];
const FOUND = ['test/operators/buffer/model/found.test.ts'];

const patch = (file, find, put) => ({ file, find, put });
const mutant = (name, patches, tests = MODEL) => ({ name, patches, tests });

/** Each breaks one promise: what is replaced (it stands there exactly once), by what, and the tests that must notice. */
export const mutants = [
  mutant('ack before commit', [
    patch(
      BUFFER,
      `        return store.commit(batch).pipe(`,
      `        for (const { ack } of plan.admitted) ack();\n        return store.commit(batch).pipe(`,
    ),
  ]),
  mutant('remove before settle', [
    patch(
      FLIGHT,
      `      unsettledBytes += bytes;\n      const { device } = message;`,
      `      unsettledBytes += bytes;\n      leaving.push({ id, bytes, sum: 'delivered' });\n      const { device } = message;`,
    ),
    patch(
      FLIGHT,
      `            leaving.push({ id, bytes, sum: 'delivered' });\n            answered`,
      `            answered`,
    ),
  ]),
  mutant('a gap removed: all up to the highest that was delivered', [
    patch(
      SQLITE,
      `leaving.length === 0 ? '' : \`DELETE FROM rows WHERE id IN (\${leaving.map(({ id }) => id).join()});\``,
      `leaving.length === 0 ? '' : \`DELETE FROM rows WHERE id <= \${Math.max(...leaving.map(({ id }) => id))};\``,
    ),
  ]),
  mutant('a row is skipped when rows are read', [
    patch(
      BUFFER,
      `cursor = Math.min(cursor, id);\n                break;`,
      `cursor = Math.min(cursor, id + 1);\n                break;`,
    ),
  ]),
  mutant('credits leak when a message is refused or comes back', [
    patch(
      FLIGHT,
      `              away.defer(device, id);\n            }\n            settled(bytes);`,
      `              away.defer(device, id);\n            }\n            onSettled();`,
    ),
  ]),
  mutant('credits leak with introductions', [patch(FLIGHT, `        introduced -= 1;`, ``)]),
  mutant('more than the window in flight', [
    patch(
      FLIGHT,
      `Math.min(most.rows - unsettled - introduced - dying.length, window - held.size)`,
      `window - unsettled + 1`,
    ),
  ]),
  mutant('more than a window is sent again after a crash', [
    patch(
      FLIGHT,
      `Math.min(most.rows - unsettled - introduced - dying.length, window - held.size)`,
      `most.rows - unsettled - dying.length`,
    ),
  ]),
  mutant('reopening forgets what waits', [
    patch(BUFFER, `store.opened.records > 0 ? 0 : store.opened.nextId`, `store.opened.nextId`),
  ]),
  mutant('reopening forgets which ids were used', [
    patch(SQLITE, `[\`next_id = \${last.id + 1}\`]`, `[\`next_id = \${last.id}\`]`),
  ]),
  mutant('a drop is not counted: the newest', [
    patch(ADMISSION, `if (dropped.length > 0) sums['dropped.newest'] = dropped.length;`, ``),
  ]),
  mutant('a drop is not counted: the oldest', [
    patch(
      ADMISSION,
      `for (const { sum } of leaving) sums[sum] = (sums[sum] ?? 0) + 1;`,
      `for (const { sum } of leaving) if (sum !== 'dropped.oldest') sums[sum] = (sums[sum] ?? 0) + 1;`,
    ),
  ]),
  mutant('a drop is not counted on disk', [
    patch(
      SQLITE,
      `...(Object.entries(sums) as [Sum, number][]).map(`,
      `...(Object.entries(sums) as [Sum, number][]).filter(([sum]) => !sum.startsWith('dropped')).map(`,
    ),
  ]),
  mutant('two tasks interleaved on one connection', [
    patch(BATCH_MAP, `while (!busy && waiting.length > 0`, `while (waiting.length > 0`),
    patch(
      BATCH_MAP,
      `          if (!busy) next();\n        },\n        error`,
      `          next();\n        },\n        error`,
    ),
  ]),
  mutant('teardown settles', [
    patch(
      BUFFER,
      `      return () => {\n        intake.unsubscribe();`,
      `      return () => {\n        for (const { ack } of door.front()) ack();\n        intake.unsubscribe();`,
    ),
  ]),
  mutant('teardown leaves the lane running', [
    patch(BUFFER, `        lane.unsubscribe();\n`, ``),
    patch(
      BUFFER,
      `wakes.pipe(batchMap(turn)).subscribe(subscriber)`,
      `wakes.pipe(batchMap(turn)).subscribe({ error: (error: unknown) => subscriber.error(error), complete: () => subscriber.complete() })`,
    ),
  ]),
  mutant('an envelope is acknowledged twice', [
    patch(
      BUFFER,
      `          for (const { ack } of plan.dropped) ack();`,
      `          for (const { ack } of [...plan.dropped, ...plan.admitted]) ack();`,
    ),
  ]),
  mutant('refused rows go without a letter', [
    patch(BURIAL, `    return deadLetters(letters.map(`, `    aloft.buried(letters);\n    return deadLetters([].map(`),
    patch(BURIAL, `          aloft.buried(letters);\n          for`, `          for`),
  ]),
  mutant('drop_oldest drops what is on its way', [patch(CLEARANCE, `rows.filter(({ id }) => !aloft.has(id))`, `rows`)]),
  mutant('drop_oldest drops without need', [
    patch(
      ADMISSION,
      `const enough = found.length >= shortage.rows && freed >= shortage.bytes;`,
      `const enough = found.length > shortage.rows && freed >= shortage.bytes;`,
    ),
  ]),
  mutant('block drops', [
    patch(ADMISSION, `limits.atCapacity === 'drop_newest' && (`, `limits.atCapacity !== 'drop_oldest' && (`),
  ]),
  mutant('the cap is passed by one', [patch(ADMISSION, `if (freeRecords < 0 ||`, `if (freeRecords < -1 ||`)]),
  mutant('rows expire too early', [patch(ADMISSION, `now - at > limits.ttlMs`, `now - at > limits.ttlMs / 2`)]),
  mutant('a clock that was set makes rows expire: the distance counts, not the age', [
    patch(ADMISSION, `now - at > limits.ttlMs`, `Math.abs(now - at) > limits.ttlMs`),
  ]),
  mutant('a device that waits is offered', [
    patch(
      DEFERRAL,
      `      entry.from = Math.min(entry.from, id);\n      return true;`,
      `      entry.from = Math.min(entry.from, id);\n      return entry.wait === undefined;`,
    ),
  ]),
  mutant('rows of a device that waits are forgotten', [
    patch(
      DEFERRAL,
      `      deferred.delete(device);\n      return entry.from;`,
      `      deferred.delete(device);\n      return undefined;`,
    ),
  ]),
  mutant('a probe is forgotten while rows are read', [
    patch(
      BUFFER,
      `cursor = Math.min((rows.at(-1)?.id ?? nextId - 1) + 1, rewound);`,
      `cursor = (rows.at(-1)?.id ?? nextId - 1) + 1;`,
    ),
  ]),
  mutant('handed over past what waits on disk', [
    patch(
      BUFFER,
      `if (id !== cursor || aloft.credits() <= 0 || leavesRest()) return;`,
      `if (aloft.credits() <= 0 || leavesRest()) return;`,
    ),
  ]),
  mutant('a commit that failed is taken for done', [
    patch(
      BUFFER,
      `            if (!(error instanceof StoreFull)) throw error;\n`,
      `            if (!(error instanceof StoreFull)) {\n              committed();\n              return EMPTY;\n            }\n`,
    ),
  ]),
  mutant(
    'half a batch is stored',
    [
      patch(
        SQLITE,
        `BEGIN IMMEDIATE; \${remove(batch.remove)} \${count(batch)} \${insert(batch.append)}`,
        `BEGIN IMMEDIATE; \${remove(batch.remove)} \${count(batch)} COMMIT; BEGIN; \${insert(batch.append)}`,
      ),
    ],
    ['test/operators/buffer/sqlite-store.test.ts'],
  ),
  mutant(
    'the last of several children is not waited for',
    [patch(ENVELOPE, `    if (open > 0) return;`, `    if (open > 1) return;`)],
    [...MODEL, 'test/model/envelope.test.ts'],
  ),
  mutant('rows that are new while the storage was full wait for ever', [
    patch(ADMISSION, `if (most === 0) most = 1;`, ``),
  ]),
  mutant('a device that the file knows is not introduced', [
    patch(
      ENTRANCE,
      `devices.filter(({ connected }) => connected).map(({ device }) => device)`,
      `devices.filter(({ connected }) => !connected).map(({ device }) => device)`,
    ),
  ]),
  mutant(
    'a row that comes back while room is looked for is not seen',
    [patch(BUFFER, `const returned = due === 0 && door.size() > 0;`, `const returned = false;`)],
    FOUND,
  ),
  mutant(
    'rows come of age and nobody looks',
    [patch(CLEARANCE, `if (limits.ttlMs !== undefined) later.set();`, ``)],
    FOUND,
  ),
  mutant(
    'rows that were read earlier go ahead of a probe',
    [patch(BUFFER, `away.passesOver(device, id, id <= rewound)`, `away.passesOver(device, id)`)],
    FOUND,
  ),
  mutant('ids that cannot be told apart are used', [
    patch(SQLITE, `last.id > Number.MAX_SAFE_INTEGER`, `last.id > Infinity`),
  ]),
  mutant('ids are not numbered anew', [patch(RENUMBER, `const HIGH = 2 ** 52;`, `const HIGH = 2 ** 53;`)]),
  mutant('numbering anew loses the order', [patch(RENUMBER, `OVER (ORDER BY id)`, `OVER (ORDER BY id DESC)`)]),
  mutant(
    'modbus: two requests at a time on one bus',
    [patch(TURNS, `    if (busy) return;\n`, ``)],
    ['test/sources/modbus/bus/turns.test.ts'],
  ),
  mutant(
    'modbus: a command waits behind the polls',
    [patch(TURNS, `const LANES = ['command', 'poll', 'suspect']`, `const LANES = ['poll', 'command', 'suspect']`)],
    ['test/sources/modbus/bus/turns.test.ts'],
  ),
  mutant(
    'modbus: polls wait for ever while commands do not end',
    [patch(TURNS, `poll: 8, suspect: 32`, `poll: Infinity, suspect: Infinity`)],
    ['test/sources/modbus/bus/turns.test.ts'],
  ),
  mutant(
    'modbus: a late answer is taken for that of a later request',
    [patch(CONVERSATION, `if (asking?.transaction !== number) return;`, `if (asking === undefined) return;`)],
    ['test/sources/modbus/wire/faults.test.ts'],
  ),
  mutant(
    'modbus: ticks that were held up are not counted',
    [patch(PACE, `      if (missed > 0) onSkipped(missed);\n`, ``)],
    ['test/sources/modbus/polling/pace.test.ts'],
  ),
  mutant(
    'modbus: a dead slave is asked as often as the others',
    [patch(HEALTH, `away ||= isSuspect();`, ``)],
    ['test/sources/modbus/polling/polling.test.ts'],
  ),
  mutant(
    'modbus: a slave that is away is asked again by each command',
    [patch(LINE, `unit.health.isAway() ? 0 : again`, `again`)],
    ['test/sources/modbus/polling/polling.test.ts'],
  ),
  mutant(
    'modbus: what one refusal taught is forgotten with the next',
    [patch(LEARN, `new Set([...learned.illegal, ...unexplained.flat()])`, `new Set(unexplained.flat())`)],
    ['test/sources/modbus/reading/plan-reads.test.ts'],
  ),
];

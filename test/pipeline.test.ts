import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Subject, ignoreElements, tap } from 'rxjs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readConfig } from '../src/config.js';
import { createLog } from '../src/log.js';
import type { Sink } from '../src/model/component.js';
import type { Fact } from '../src/model/fact.js';
import type { Message } from '../src/model/message.js';
import { add, balance, noFacts } from '../src/operators/tally.js';
import { gateway } from '../src/pipeline.js';
import { batchOf, done, folderFor, opened, rowOf } from './operators/buffer/with-store.js';
import { until } from './until.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] }));
afterEach(() => void vi.useRealTimers());

test('what earlier runs counted goes on: in the statistics, in the sums, and on disk', () =>
  folderFor(async (folder) => {
    const data = join(folder, 'data');
    const before = await opened(data);
    const rows = [rowOf(1), rowOf(2)];
    await done(
      before.store.commit(batchOf({ append: rows, sums: { received: 100, delivered: 90, 'dropped.oldest': 8 } })),
    );
    await before.close();
    writeFileSync(
      join(folder, 'tb_gateway.json'),
      JSON.stringify({
        thingsboard: {
          host: '127.0.0.1',
          security: { accessToken: 'T' },
          statistics: { enable: true, statsSendPeriodInSeconds: 10 },
        },
        storage: { type: 'file', data_folder_path: data },
        connectors: [],
      }),
    );

    const stop = new Subject<void>();
    const facts: Fact[] = [];
    const sent: Message[] = [];
    const away: Sink = (messages) =>
      messages.pipe(
        tap(({ value }) => void sent.push(value)),
        ignoreElements(),
      );
    let ended = false;
    gateway(readConfig(folder, {}).config, {
      log: createLog({ level: 'none' }),
      folder,
      until: stop,
      sink: away,
    }).subscribe({
      next: (fact) => facts.push(fact),
      complete: () => (ended = true),
    });
    await until(() => sent.length === 2);
    vi.advanceTimersByTime(10_000);
    // What the machine has and how the connectors are, then the figures of the period.
    await until(() => sent.length === 4);
    expect(sent[2]).toMatchObject({ attributes: { cpuCount: expect.any(Number) as number, storage_ALERT: '' } });
    expect(sent[3]).toMatchObject({
      telemetry: [{ values: { messages_received: 100, messages_sent: 90, events_queued: 2 } }],
    });
    const sums = facts.reduce(add, noFacts);
    expect(sums).toMatchObject({ carried: 0, received: 102, delivered: 90, queued: 4, dropped: { oldest: 8 } });
    expect(balance(sums)).toBe(0);

    stop.next();
    await until(() => {
      vi.advanceTimersByTime(10);
      return ended;
    });
    const after = await opened(data);
    expect(after.store.opened).toMatchObject({
      records: 4,
      sums: { received: 102, delivered: 90, 'dropped.oldest': 8 },
    });
    await after.close();
  }));

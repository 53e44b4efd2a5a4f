import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NEVER, Subject, ignoreElements, merge, tap } from 'rxjs';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import type { Command } from '../../src/model/command.js';
import type { Sink } from '../../src/model/component.js';
import { envelope } from '../../src/model/envelope.js';
import type { Envelope } from '../../src/model/envelope.js';
import type { Data, Message } from '../../src/model/message.js';
import { gateway } from '../../src/pipeline.js';
import { folderFor } from '../operators/buffer/with-store.js';
import { until } from '../until.js';

const data = (device: string, value: number): Data => ({
  kind: 'data',
  device,
  connector: 'c',
  profile: 'p',
  telemetry: [{ ts: value, values: { key: 1 } }],
  attributes: {},
});

test('the gateway filters devices and values before its storage, and hears what the platform deletes', () =>
  folderFor(async (folder) => {
    writeFileSync(join(folder, 'list.json'), JSON.stringify({ deny: { c: ['out'] } }));
    writeFileSync(
      join(folder, 'tb_gateway.json'),
      JSON.stringify({
        thingsboard: {
          security: { accessToken: 'T' },
          statistics: { enable: false },
          reportStrategy: { type: 'ON_CHANGE' },
          deviceFiltering: { enable: true },
          checkingDeviceActivity: { checkDeviceInactivity: true },
        },
        storage: { type: 'memory' },
      }),
    );
    const [commands, from] = [new Subject<Command>(), new Subject<Envelope<Message>>()];
    const arrived: Message[] = [];
    const acked: string[] = [];
    const sink: Sink = (messages) =>
      merge(
        commands,
        messages.pipe(
          tap(({ value, ack }) => {
            if (value.kind === 'data') arrived.push(value);
            ack();
          }),
          ignoreElements(),
        ),
      );
    const send = (name: string, message: Message): void =>
      from.next(
        envelope(
          message,
          () => acked.push(name),
          () => undefined,
        ),
      );
    const running = gateway(readConfig(folder, {}).config, {
      log: createLog({ level: 'none' }),
      folder,
      until: NEVER,
      sink,
      through: (source) => merge(source, from),
    }).subscribe();
    await until(() => from.observed);
    send('first', data('in', 1));
    send('kept out', data('out', 1));
    await until(() => acked.includes('first') && arrived.length === 1);
    send('unchanged', data('in', 2));
    expect(acked).toEqual(['first', 'kept out', 'unchanged']);
    commands.next({ kind: 'rpc', id: 1, method: 'gateway_device_deleted', params: 'in' });
    send('of a deleted device', data('in', 3));
    await until(() => acked.includes('of a deleted device'));
    await until(() => arrived.length === 2);
    expect(arrived).toEqual([data('in', 1), data('in', 3)]);
    running.unsubscribe();
  }));

import { Subject } from 'rxjs';
import { expect, it } from 'vitest';
import type { Command } from '../../../src/model/command.js';
import { decode } from '../../../src/model/decode.js';
import type { Envelope } from '../../../src/model/envelope.js';
import type { Fact } from '../../../src/model/fact.js';
import type { Message } from '../../../src/model/message.js';
import source from '../../../src/sources/mqtt/source.js';
import { startAedesBroker } from '../../peers/aedes-broker.js';
import { undone, until } from './listen.js';

it('turns what a broker sends into data, passes over what it cannot read, reconnects, and stops when asked to', async () => {
  const broker = undone(await startAedesBroker(), (running) => running.close());
  const { value: config, problems } = decode(source.config, {
    broker: {
      host: '127.0.0.1',
      port: broker.port,
      version: 4,
      clientId: 'gateway',
      cleanSession: false,
      security: { type: 'anonymous' },
    },
    mapping: [
      {
        topicFilter: 'sensors/+',
        converter: {
          type: 'json',
          deviceInfo: {
            deviceNameExpressionSource: 'message',
            deviceNameExpression: '${name}',
            deviceProfileExpressionSource: 'constant',
            deviceProfileExpression: 'thermometer',
          },
          timeseries: [{ type: 'double', key: 'temperature', value: '${temp}' }],
        },
      },
    ],
  });
  if (config === undefined) throw new Error(JSON.stringify(problems));

  const facts: Fact[] = [];
  const connections = (): number => facts.filter((fact) => fact.kind === 'state' && fact.phase === 'connected').length;
  const messages: Envelope<Message>[] = [];
  const commands = new Subject<Command>();
  let completed = false;
  const nothing = (): void => undefined;
  const open = source.open(config, {
    name: 'mqtt',
    folder: '.',
    fact: (fact) => facts.push(fact),
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  });
  const subscription = open(commands).subscribe({
    next: (message) => messages.push(message),
    complete: () => (completed = true),
  });
  undone(subscription, (running) => running.unsubscribe());
  const send = (text: string): Promise<void> => broker.publish('sensors/1', text);
  const devices = () => messages.map(({ value }) => ('device' in value ? value.device : undefined));

  await until('a message comes through', () => {
    if (messages.length === 0) void send('{"name": "probe", "temp": 1}');
    return messages.length > 0;
  });
  await send('{"name": "",');
  await send('{"name": "Thérmo 1", "temp": "21.5"}');
  await until('the good one arrives after the bad one', () => devices().includes('Thérmo 1'));
  expect(messages.at(-1)?.value).toMatchObject({
    kind: 'data',
    profile: 'thermometer',
    telemetry: [{ values: { temperature: 21.5 } }],
  });

  for (const { ack } of messages.splice(0, messages.length - 1)) ack();
  broker.kick('gateway');
  await until('it is connected again', () => connections() === 2, 20_000);
  await until(
    'what was not acknowledged comes again',
    () => devices().filter((name) => name === 'Thérmo 1').length === 2,
  );
  commands.complete();
  expect(completed).toBe(false);
  for (const { ack } of messages) ack();
  await until('it completes', () => completed);
  await until('it is gone', () => broker.clients().length === 0);
});

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { from, NEVER, of, Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Command } from '../../src/model/command.js';
import type { Context } from '../../src/model/component.js';
import { envelope } from '../../src/model/envelope.js';
import type { Envelope } from '../../src/model/envelope.js';
import { Unavailable } from '../../src/model/errors.js';
import type { Fact } from '../../src/model/fact.js';
import type { Data, Message } from '../../src/model/message.js';
import { noFacts } from '../../src/operators/tally.js';
import { ownReports } from '../../src/pipeline/own-reports.js';
import { until } from '../until.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reports-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const section = (more: object = {}) => ({
  enable: true,
  statsSendPeriodInSeconds: 60,
  enableCustom: false,
  customStatsSendPeriodInSeconds: 3_600,
  ...more,
});
const contextOf = (facts: Fact[] = [], errors: unknown[] = []): Context => {
  const quiet = (): void => undefined;
  return {
    name: 'statistics',
    folder,
    log: { debug: quiet, info: quiet, warn: quiet, error: (_, details) => void errors.push(details) },
    fact: (fact) => void facts.push(fact),
  };
};
const own = (more: object, context = contextOf()) =>
  ownReports(section(more), { sums: of({ ...noFacts, queued: 7 }), devices: of(1), context });
const message: Data = {
  kind: 'data',
  device: 'd',
  connector: 'c',
  profile: 'p',
  telemetry: [{ ts: 1, values: { a: 1, b: 2 } }],
  attributes: { x: 1 },
};
test('where the configuration wants none, messages pass untouched and there is no source', () => {
  const { source, arriving, leaving } = own({ enable: false });
  expect(source).toBeUndefined();
  const messages = NEVER;
  expect([arriving(messages), leaving(messages)]).toEqual([messages, messages]);
});

test('what passes in a period is in its figures, and in those of the next one where they could not be stored', () => {
  const scheduler = new TestScheduler(() => undefined);
  const said: Message[] = [];
  scheduler.run(() => {
    const sums = of({ ...noFacts, received: 3, queued: 7 });
    const reports = ownReports(section(), { sums, devices: of(1), context: contextOf(), scheduler });
    const enclosed = (): Envelope<Message> =>
      envelope<Message>(
        message,
        () => undefined,
        () => undefined,
      );
    const pass = (n: number): void => {
      from(Array.from({ length: n }, enclosed))
        .pipe(reports.arriving, reports.leaving)
        .subscribe();
      reports.hear({ kind: 'count', who: 'storage', counter: 'delivered', n });
    };
    scheduler.schedule(() => pass(2), 30_000);
    scheduler.schedule(() => pass(3), 90_000);
    const rpc: Command = { kind: 'rpc', id: 1, method: 'm', params: null };
    scheduler.schedule(
      () =>
        reports
          .around(() => of(rpc))(NEVER)
          .subscribe(),
      100_000,
    );
    const subscription = reports.source!(NEVER).subscribe(({ value, ack, nack }) => {
      if (value.kind === 'data' && value.telemetry.length > 0) said.push(value);
      if (scheduler.now() === 60_000) nack(new Unavailable('STORAGE_FULL', 'full'));
      else ack();
    });
    scheduler.schedule(() => subscription.unsubscribe(), 180_001);
  });
  const figures = said.map((one) => (one.kind === 'data' ? one.telemetry[0]?.values : undefined));
  const of5 = {
    storageMsgPulled: 5,
    platformMsgPushed: 5,
    storageMsgCount: 7,
    platformAttrProduced: 5,
    platformTsProduced: 10,
  };
  expect(figures).toMatchObject([
    { devices_connected: 1, messages_received: 3, events_queued: 7, serviceStats: { platformMsgPushed: 2 } },
    {
      serviceStats: of5,
      connectorsStats: { c: { storageMsgPushed: 5, connectorsErrors: 0, convertersErrors: 0 } },
      machineStats: { msgsSentToPlatform: 5, msgsReceivedFromPlatform: 1 },
    },
    { serviceStats: { platformMsgPushed: 0 } },
  ]);
});

const commands = (list: unknown): void => writeFileSync(join(folder, 'statistics.json'), JSON.stringify(list));

test('no command is run unless commands are switched on', async () => {
  const marker = (name: string): string => join(folder, `marker-${name}`);
  const source = (enableCustom: boolean) => {
    const name = String(enableCustom);
    commands([{ attributeOnGateway: 'k', command: ['touch', marker(name)] }]);
    return own({ enableCustom, configuration: 'statistics.json' }).source!;
  };
  const stop = new Subject<Command>();
  const said: Message[] = [];
  source(false)(stop).subscribe();
  source(true)(stop).subscribe(({ value }) => said.push(value));
  await until(() => said.length === 1);
  stop.complete();
  expect(said).toMatchObject([{ telemetry: [{ values: { k: '' } }] }]);
  expect([existsSync(marker('true')), existsSync(marker('false'))]).toEqual([true, false]);
});

test('a mistake in the file of the commands is an alert, and costs nothing else', () => {
  commands([{ attributeOnGateway: 'k', command: 'a | b' }]);
  const [facts, errors]: [Fact[], unknown[]] = [[], []];
  const { source } = own({ enableCustom: true, configuration: 'statistics.json' }, contextOf(facts, errors));
  const subscription = source!(NEVER).subscribe();
  expect(facts).toMatchObject([{ kind: 'alert', who: 'statistics', code: 'CONFIG_INVALID' }]);
  expect(errors).toHaveLength(1);
  expect(subscription.closed).toBe(false);
  subscription.unsubscribe();
});

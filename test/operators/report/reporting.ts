import { Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { envelope } from '../../../src/model/envelope.js';
import type { Envelope } from '../../../src/model/envelope.js';
import type { Fact } from '../../../src/model/fact.js';
import type { Data, Message, Reporting, Values } from '../../../src/model/message.js';
import type { ReportStrategy } from '../../../src/model/report-strategy.js';
import { report } from '../../../src/operators/report.js';
import type { Forget, ReportOptions } from '../../../src/operators/report.js';

/** A strategy with a period of ten virtual milliseconds and a time to live of a second. */
export const strategy = (type: ReportStrategy['type'], more: Partial<ReportStrategy> = {}): ReportStrategy => ({
  type,
  reportPeriod: 10,
  ttl: 1,
  ...more,
});

export const dataOf = (values: Values, ts = 0, more: Partial<Data> = {}): Data => ({
  kind: 'data',
  device: 'd',
  connector: 'c',
  profile: 'p',
  telemetry: [{ ts, values }],
  attributes: {},
  ...more,
});

export const saying = (said: Reporting): Partial<Data> => ({ report: said });

/** An operator under test, its envelopes and what became of them. */
export const reporting = (options: Partial<ReportOptions> = {}) => {
  const scheduler = options.scheduler ?? new TestScheduler(() => undefined);
  const input = new Subject<Envelope<Message>>();
  const forget = new Subject<Forget>();
  const out: Envelope<Message>[] = [];
  const settled: string[] = [];
  const facts: Fact[] = [];
  const warnings: string[] = [];
  const silent = (): void => undefined;
  const log = { debug: silent, info: silent, warn: (text: string) => void warnings.push(text), error: silent };
  let completed = false;
  const subscription = input
    .pipe(report({ log, fact: (it) => facts.push(it), forget, ...options, scheduler }))
    .subscribe({ next: (item) => out.push(item), complete: () => (completed = true) });
  return {
    input,
    forget,
    out,
    settled,
    facts,
    warnings,
    subscription,
    completed: () => completed,
    /** Sends a message whose settlement is told under a name. */
    send: (name: string, message: Message): void =>
      input.next(
        envelope(
          message,
          () => settled.push(`${name} acked`),
          (why) => settled.push(`${name} ${why.name}`),
        ),
      ),
    values: () => out.map(({ value }) => (value.kind === 'data' ? (value.telemetry[0]?.values ?? {}) : value.kind)),
  };
};

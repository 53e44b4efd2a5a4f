import { NEVER, concat, of } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import type { Fact } from '../../../src/model/fact.js';
import type { Message } from '../../../src/model/message.js';
import { thingsboard } from '../../../src/sinks/thingsboard/thingsboard.js';
import { haveMosquitto, startMosquitto } from '../../peers/mosquitto.js';
import { peer } from '../../peers/require-peer.js';
import { until } from '../../until.js';
import { configOf, contextOf, data, tracked } from './rig.js';
import type { Tally } from './rig.js';

const closing: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

peer('mosquitto', haveMosquitto())('a server that is a broker and no ThingsBoard', () => {
  test.each<[string, number, Message]>([
    ['nobody takes telemetry (MQTT 5)', 5, data('a', 1)],
    ['the gateway itself takes attributes (MQTT 5)', 5, { ...data('a', 1), telemetry: [], attributes: { a: 1 } }],
  ])('acknowledges nothing: %s', async (_, mqttVersion, message) => {
    const broker = await startMosquitto();
    closing.push(() => broker.close());
    const facts: Fact[] = [];
    const tally: Tally = { acked: [], nacked: [] };
    const said = (): boolean => facts.some((fact) => fact.kind === 'state' && fact.code === 'NOT_THINGSBOARD');
    const sink = thingsboard(configOf({ port: broker.port, mqttVersion }), contextOf(facts), { backoff: () => 20 });
    const running = sink(concat(of(tracked(tally)(message)), NEVER)).subscribe();
    closing.push(() => (running.unsubscribe(), undefined));
    await until(said);
    expect(tally).toEqual({ acked: [], nacked: [] });
    expect(facts).toContainEqual(expect.objectContaining({ kind: 'alert', code: 'NOT_THINGSBOARD' }));
  });

  test('is found out on MQTT 3.1.1 by what it sends back', async () => {
    const broker = await startMosquitto();
    closing.push(() => broker.close());
    const facts: Fact[] = [];
    const sink = thingsboard(configOf({ port: broker.port, mqttVersion: 4 }), contextOf(facts), { backoff: () => 20 });
    const running = sink(NEVER).subscribe();
    closing.push(() => (running.unsubscribe(), undefined));
    await until(() => facts.some((fact) => fact.kind === 'state' && fact.code === 'NOT_THINGSBOARD'));
  });
});

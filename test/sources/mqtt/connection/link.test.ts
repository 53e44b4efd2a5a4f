import { catchError, of, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { reasonOf } from '../../../../src/model/errors.js';
import { link } from '../../../../src/sources/mqtt/connection/link.js';
import type { Publication } from '../../../../src/sources/mqtt/connection/publication.js';

type Client = Parameters<typeof link>[0];

/** An mqtt.js that does what the test says. */
const scene = (receiveMaximum?: number, filters: readonly string[] = []) => {
  const wire: string[] = [];
  const confirms: ((error?: Error) => void)[] = [];
  const fake = {
    connected: true,
    publish: (topic: string, _payload: string, { qos }: { qos: number }, done: (error?: Error) => void) => {
      wire.push(`${topic} ${qos}`);
      confirms.push(done);
    },
    subscribe: (topic: string, { qos }: { qos: number }, done: (error: Error | null) => void) => {
      wire.push(`+${topic} ${qos}`);
      done(topic === 'forbidden' ? new Error('Not authorized') : null);
    },
    unsubscribe: (topic: string) => wire.push(`-${topic}`),
  };
  const scheduler = new VirtualTimeScheduler();
  const connack = receiveMaximum === undefined ? {} : { properties: { receiveMaximum } };
  const own = link(
    fake as unknown as Client,
    connack,
    filters.map((topicFilter) => ({ topicFilter, qos: 1 })),
    scheduler,
  );
  const ended: string[] = [];
  const publish = (topic: string, qos: 0 | 1, urgent?: boolean): void => {
    const publication: Publication = { topic, payload: '', retain: false, qos };
    const how = urgent === undefined ? [] : ([{ urgent }] as const);
    own.publish(publication, ...how).subscribe({
      error: (error: unknown) => ended.push(`${topic}: ${reasonOf(error)}`),
      complete: () => ended.push(topic),
    });
  };
  const call = (topic: string): void => {
    own
      .call({ topic: 'call', payload: '', retain: false, qos: 0 }, { topic, qos: 1, timeout: 50 })
      .pipe(catchError((error: unknown) => of(Buffer.from(reasonOf(error)))))
      .subscribe((payload) => ended.push(`${topic}: ${payload.toString()}`));
  };
  return { own, fake, wire, confirms, ended, publish, call, scheduler };
};

describe('a link', () => {
  it('has published when the message is written, or acknowledged', () => {
    const { publish, confirms, ended, wire } = scene();
    publish('a', 0);
    publish('b', 1);
    expect([wire, ended]).toEqual([['a 0', 'b 1'], []]);
    confirms[1]!();
    confirms[0]!();
    expect(ended).toEqual(['b', 'a']);
  });

  it('leaves no more unacknowledged than the broker takes, in order; QoS 0 passes', () => {
    const { publish, confirms, wire } = scene(2);
    for (const topic of ['a', 'b', 'c', 'd']) publish(topic, 1);
    publish('e', 0);
    expect(wire).toEqual(['a 1', 'b 1', 'e 0']);
    confirms[1]!();
    expect(wire).toEqual(['a 1', 'b 1', 'e 0', 'c 1']);
    confirms[0]!();
    expect(wire.at(-1)).toBe('d 1');
  });

  it('says what the broker refused', () => {
    const { publish, confirms, ended } = scene();
    publish('a', 1);
    confirms[0]!(new Error('Quota exceeded'));
    expect(ended).toEqual(['a: the broker did not take it: Quota exceeded']);
  });

  it('gives up a message that is not acknowledged within five seconds, of an urgent one also if it has not left', () => {
    const { publish, ended, scheduler, confirms, wire } = scene(1);
    publish('a', 1);
    publish('b', 1, true);
    scheduler.flush();
    expect(scheduler.now()).toBe(5000);
    expect(ended).toEqual(['a', 'b'].map((topic) => `${topic}: the broker did not acknowledge it within 5 s`));
    publish('c', 1);
    expect(wire).toEqual(['a 1']);
    confirms[0]!();
    expect(wire).toEqual(['a 1', 'c 1']);
  });

  it('gives a message its five seconds from when it is sent', () => {
    const { publish, ended, scheduler, confirms, wire } = scene(1);
    publish('a', 1);
    publish('b', 1);
    scheduler.schedule(() => confirms[0]!(), 4_000);
    scheduler.flush();
    expect([wire, ended]).toEqual([
      ['a 1', 'b 1'],
      ['a', 'b: the broker did not acknowledge it within 5 s'],
    ]);
    expect(scheduler.now()).toBe(9_000);
    publish('c', 1);
    scheduler.flush();
    expect(ended).toHaveLength(2);
  });

  it('fails everything at once when the connection goes, and what comes later', () => {
    const { own, publish, call, ended, fake } = scene(1);
    publish('a', 1);
    publish('b', 1);
    call('answer');
    fake.connected = false;
    own.close();
    publish('c', 0);
    expect(ended).toEqual(
      ['a', 'b', 'answer', 'c'].map(
        (name) => `${name}: the connection to the broker was lost; whether the device has got it is unknown`,
      ),
    );
  });

  it('leaves subscriptions alone that the connection has anyway, shared ones aside', () => {
    const { own, call, wire, ended } = scene(undefined, ['own/+', '$share/g/other']);
    for (const topic of ['own/1', 'other']) {
      call(topic);
      own.offer({ topic, payload: Buffer.from('yes'), retained: false });
    }
    expect(ended).toEqual(['own/1: yes', 'other: yes']);
    expect(wire).toEqual(['call 0', '+other 1', 'call 0', '-other']);
  });

  it('takes no retained message for an answer: it is an older one', () => {
    const { own, call, ended } = scene();
    call('t');
    own.offer({ topic: 't', payload: Buffer.from('old'), retained: true });
    own.offer({ topic: 't', payload: Buffer.from('new'), retained: false });
    expect(ended).toEqual(['t: new']);
  });

  it('says that the broker refused a response topic', () => {
    const { call, ended, wire } = scene();
    call('forbidden');
    expect(ended).toEqual(['forbidden: the broker refused the response topic: Not authorized']);
    expect(wire).not.toContain('call 0');
  });
});

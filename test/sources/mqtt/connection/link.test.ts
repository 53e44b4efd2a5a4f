import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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
  const errors: string[] = [];
  const fake = {
    connected: true,
    paused: false,
    stream: { isPaused: () => fake.paused },
    /** What the connection makes of an error. */
    emit: (_event: 'error', error: Error) => {
      errors.push(error.message);
      own.close();
    },
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
  return { own, fake, errors, wire, confirms, ended, publish, call, scheduler };
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
    scheduler.maxFrames = 5_000;
    scheduler.flush();
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
    scheduler.maxFrames = 8_999;
    scheduler.flush();
    expect(ended).toEqual(['a']);
    scheduler.maxFrames = 9_000;
    scheduler.flush();
    expect([wire, ended]).toEqual([
      ['a 1', 'b 1'],
      ['a', 'b: the broker did not acknowledge it within 5 s'],
    ]);
    publish('c', 1);
    scheduler.maxFrames = 30_000;
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

describe('on a connection whose broker acknowledges nothing any more, a link', () => {
  const full = () => {
    const one = scene(2);
    for (const topic of ['a', 'b']) one.publish(topic, 1);
    return one;
  };

  it('lets go of what nobody waits for any more', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { own } = full();
    const round = (_: unknown, n: number): WeakRef<object> => {
      // A text can be held weakly only as an object.
      const payload: unknown = Object(`${n}`);
      own
        .publish({ topic: 't', payload: payload as string, retain: false, qos: 1 }, { urgent: n % 2 === 0 })
        .subscribe()
        .unsubscribe();
      return new WeakRef(payload as object);
    };
    const held = Array.from({ length: 100 }, round);
    await new Promise(setImmediate);
    collect();
    expect(held.filter((one) => one.deref() !== undefined)).toEqual([]);
  });

  it('gives it up when its window has been full for thirty seconds without an acknowledgement', () => {
    const { scheduler, errors, publish, ended } = full();
    publish('c', 1);
    scheduler.maxFrames = 29_900;
    scheduler.flush();
    expect([errors, ended.at(-1)]).toEqual([[], 'b: the broker did not acknowledge it within 5 s']);
    scheduler.maxFrames = Infinity;
    scheduler.flush();
    expect(errors).toEqual(['the broker has acknowledged none of 2 messages for 30 s']);
    expect(scheduler.now()).toBe(30_000);
    expect(ended.at(-1)).toBe('c: the connection to the broker was lost; whether the device has got it is unknown');
  });

  it('counts anew from each acknowledgement, and not at all while it has room', () => {
    const { scheduler, errors, confirms, publish, wire } = full();
    publish('c', 1);
    scheduler.schedule(() => confirms[0]!(), 20_500);
    scheduler.schedule(() => confirms[1]!(), 40_500);
    scheduler.flush();
    expect([wire, errors]).toEqual([['a 1', 'b 1', 'c 1'], []]);
    expect(scheduler.now()).toBeLessThan(45_000);
  });

  it('counts no second in which nothing is read: an acknowledgement may lie unread', () => {
    const { scheduler, errors, fake } = full();
    fake.paused = true;
    scheduler.schedule(() => (fake.paused = false), 100_500);
    scheduler.flush();
    expect(errors).toHaveLength(1);
    expect(scheduler.now()).toBe(130_000);
  });

  it('lets nothing wait for its turn for more than a minute, however slowly the window moves', () => {
    const { scheduler, confirms, publish, ended, wire } = full();
    for (let n = 0; n < 10; n += 1) publish(`${n}`, 1);
    for (let n = 0; n < 4; n += 1) scheduler.schedule(() => confirms[n]!(), 1 + n * 20_000);
    scheduler.maxFrames = 61_000;
    scheduler.flush();
    const waited = [3, 4, 5, 6, 7, 8, 9].map((n) => `${n}: its turn to be sent did not come within 60 s`);
    expect(wire).toEqual(['a 1', 'b 1', '0 1', '1 1', '2 1']);
    expect(ended.filter((text) => text.includes('its turn'))).toEqual(waited);
  });
});

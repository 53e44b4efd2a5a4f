import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Envelope, Nack } from '../../src/model/envelope.js';
import { envelope, join, replace, split } from '../../src/model/envelope.js';
import { Refused, Unavailable } from '../../src/model/errors.js';

const refused = new Refused('PLATFORM_REFUSED', 'never');
const unavailable = new Unavailable('DEVICE_DEFERRED', 'not now');

type Outcome = 'ack' | 'refused' | 'unavailable';
const settle = ({ ack, nack }: Envelope<unknown>, outcome: Outcome): void => {
  if (outcome === 'ack') ack();
  else nack(outcome === 'refused' ? refused : unavailable);
};
const outcomeOf = (why: Nack): Outcome => (why === refused ? 'refused' : 'unavailable');

/** An envelope and every outcome it heard. */
const watched = <T>(value: T): { readonly item: Envelope<T>; readonly heard: Outcome[] } => {
  const heard: Outcome[] = [];
  const item = envelope(
    value,
    () => heard.push('ack'),
    (why) => heard.push(outcomeOf(why)),
  );
  return { item, heard };
};

describe('an envelope', () => {
  test.each<[readonly Outcome[], readonly Outcome[]]>([
    [[], []],
    [['ack'], ['ack']],
    [['refused'], ['refused']],
    [['ack', 'ack'], ['ack']],
    [['ack', 'refused'], ['ack']],
    [['unavailable', 'ack', 'refused'], ['unavailable']],
  ])('that is settled %j hears %j', (calls, expected) => {
    const { item, heard } = watched(1);
    for (const call of calls) settle(item, call);
    expect(heard).toEqual(expected);
  });

  test('is settled once, also where settling settles it again', () => {
    const heard: string[] = [];
    const item: Envelope<number> = envelope(
      1,
      () => {
        heard.push('ack');
        item.nack(refused);
      },
      () => heard.push('nack'),
    );
    item.ack();
    expect(heard).toEqual(['ack']);
  });

  test('hands over the reason it was given', () => {
    const reasons: Nack[] = [];
    const own = new Refused('MESSAGE_TOO_LARGE', 'its own');
    envelope(
      1,
      () => undefined,
      (why) => reasons.push(why),
    ).nack(own);
    expect(reasons[0]).toBe(own);
  });

  test.each<Outcome>(['ack', 'refused', 'unavailable'])('ends with %s where its replacement does', (outcome) => {
    const { item, heard } = watched(1);
    const other = replace(item, 'other');
    expect(other.value).toBe('other');
    settle(other, outcome);
    settle(item, 'ack');
    expect(heard).toEqual([outcome]);
  });
});

describe('a split', () => {
  test.each<[readonly Outcome[], Outcome]>([
    [['ack'], 'ack'],
    [['refused'], 'refused'],
    [['ack', 'ack'], 'ack'],
    [['ack', 'refused'], 'refused'],
    [['refused', 'ack'], 'refused'],
    [['unavailable', 'ack'], 'unavailable'],
    [['refused', 'unavailable'], 'unavailable'],
    [['unavailable', 'refused'], 'unavailable'],
    [['ack', 'unavailable', 'refused', 'ack'], 'unavailable'],
  ])('whose children end %j ends with the worst, %s, when the last one has', (outcomes, worst) => {
    const { item, heard } = watched(1);
    const children = split(
      item,
      outcomes.map((_, i) => i),
    );
    expect(children.map(({ value }) => value)).toEqual(outcomes.map((_, i) => i));
    children.forEach((child, i) => {
      expect(heard).toEqual([]);
      settle(child, outcomes[i]!);
      if (i + 1 < outcomes.length) settle(child, 'ack');
    });
    expect(heard).toEqual([worst]);
  });

  test('into nothing is acknowledged at once', () => {
    const { item, heard } = watched(1);
    expect(split(item, [])).toEqual([]);
    expect(heard).toEqual(['ack']);
  });
});

describe('a join', () => {
  test.each<Outcome>(['ack', 'refused', 'unavailable'])(
    'that ends with %s ends so for each of its parents',
    (outcome) => {
      const parents = [watched(1), watched(2), watched(3)];
      const joined = join(
        parents.map(({ item }) => item),
        'all',
      );
      expect(joined.value).toBe('all');
      settle(joined, outcome);
      settle(joined, 'ack');
      expect(parents.map(({ heard }) => heard)).toEqual([[outcome], [outcome], [outcome]]);
    },
  );
});

/** One step of a journey: which of the envelopes in flight it is done to, and what. */
type Step =
  | { readonly do: 'split'; readonly at: number; readonly into: number }
  | { readonly do: 'join'; readonly at: number; readonly many: number }
  | { readonly do: 'replace'; readonly at: number }
  | { readonly do: 'settle'; readonly at: number; readonly how: Outcome; readonly again?: Outcome };

const outcome = fc.constantFrom<Outcome>('ack', 'ack', 'refused', 'unavailable');
const at = fc.nat(100);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('split' as const), at, into: fc.nat(4) }),
  fc.record({ do: fc.constant('join' as const), at, many: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant('replace' as const), at }),
  fc.record({ do: fc.constant('settle' as const), at, how: outcome, again: outcome }),
);

/** An envelope in flight and the roots that it stands for. */
interface Flying {
  readonly item: Envelope<number>;
  readonly roots: ReadonlySet<number>;
}

const journey = (roots: number, steps: readonly Step[]) => {
  const heard: Outcome[][] = Array.from({ length: roots }, () => []);
  /** The outcomes of everything that stood for a root when it was settled. */
  const fates: Outcome[][] = Array.from({ length: roots }, () => []);
  let flying: Flying[] = heard.map((log, i) => ({
    item: envelope(
      i,
      () => log.push('ack'),
      (why) => log.push(outcomeOf(why)),
    ),
    roots: new Set([i]),
  }));
  const end = ({ item, roots: parents }: Flying, how: Outcome): void => {
    for (const i of parents) fates[i]!.push(how);
    settle(item, how);
  };
  for (const one of steps) {
    if (flying.length === 0) break;
    const i = one.at % flying.length;
    const chosen = flying[i]!;
    switch (one.do) {
      case 'split': {
        const children = split(
          chosen.item,
          Array.from({ length: one.into }, (_, n) => n),
        );
        flying.splice(i, 1, ...children.map((item) => ({ item, roots: chosen.roots })));
        break;
      }
      case 'join': {
        const parents = flying.splice(i, one.many);
        flying.splice(i, 0, {
          item: join(
            parents.map(({ item }) => item),
            0,
          ),
          roots: new Set(parents.flatMap((parent) => [...parent.roots])),
        });
        break;
      }
      case 'replace':
        flying[i] = { ...chosen, item: replace(chosen.item, 7) };
        break;
      case 'settle':
        flying = flying.filter((other) => other !== chosen);
        end(chosen, one.how);
        if (one.again) settle(chosen.item, one.again);
    }
  }
  return { heard, fates, flying, end };
};

const worst = (fates: readonly Outcome[]): Outcome =>
  fates.includes('unavailable') ? 'unavailable' : fates.includes('refused') ? 'refused' : 'ack';
const journeys = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 60, size: 'max' }));

test('through splits, joins, drops and errors, an envelope is settled at most once and never while a part of it is in flight', () => {
  fc.assert(
    fc.property(journeys, ([roots, steps]) => {
      const { heard, flying } = journey(roots, steps);
      const open = new Set(flying.flatMap((one) => [...one.roots]));
      heard.forEach((log, i) => expect(log).toHaveLength(open.has(i) ? 0 : 1));
    }),
    { numRuns: 500 },
  );
});

test('and exactly once, with its worst outcome, when everything in flight has come to its end', () => {
  fc.assert(
    fc.property(journeys, fc.infiniteStream(outcome), ([roots, steps], outcomes) => {
      const { heard, fates, flying, end } = journey(roots, steps);
      for (const one of flying) end(one, outcomes.next().value as Outcome);
      heard.forEach((log, i) => expect(log).toEqual([worst(fates[i]!)]));
    }),
    { numRuns: 500 },
  );
});

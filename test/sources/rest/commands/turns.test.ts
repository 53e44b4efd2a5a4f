import { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { turns } from '../../../../src/sources/rest/commands/turns.js';

const work = (name: string, seen: string[]) => {
  let end: () => void = () => undefined;
  const observable = new Observable<never>((subscriber) => {
    seen.push(name);
    end = () => subscriber.complete();
  });
  return { observable, end: () => end() };
};

describe('work that takes turns', () => {
  it('is under way as often as may be; the others follow in order', () => {
    const seen: string[] = [];
    const inTurn = turns(2);
    const [a, b, c, d] = [work('a', seen), work('b', seen), work('c', seen), work('d', seen)];
    for (const { observable } of [a, b, c, d]) inTurn(observable).subscribe();
    expect(seen).toEqual(['a', 'b']);
    b.end();
    expect(seen).toEqual(['a', 'b', 'c']);
    a.end();
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
  });

  it('that is given up while it waits is never begun, and holds nobody up', () => {
    const seen: string[] = [];
    const inTurn = turns(1);
    const [a, b, c] = [work('a', seen), work('b', seen), work('c', seen)];
    const first = inTurn(a.observable).subscribe();
    const second = inTurn(b.observable).subscribe();
    inTurn(c.observable).subscribe();
    second.unsubscribe();
    expect(seen).toEqual(['a']);
    first.unsubscribe();
    expect(seen).toEqual(['a', 'c']);
  });

  it('that ends at once, well or badly, lets the next one begin', () => {
    const seen: string[] = [];
    const inTurn = turns(1);
    const at = (name: string, isGood: boolean) =>
      new Observable<never>((subscriber) => {
        seen.push(name);
        if (isGood) subscriber.complete();
        else subscriber.error(new Error('no'));
      });
    inTurn(at('a', true)).subscribe();
    inTurn(at('b', false)).subscribe({ error: () => undefined });
    inTurn(at('c', true)).subscribe();
    expect(seen).toEqual(['a', 'b', 'c']);
  });
});

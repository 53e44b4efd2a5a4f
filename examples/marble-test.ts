// A pipeline of one's own, drawn. Run: npx tsx --test examples/marble-test.ts (or under Vitest: its `test` takes the same arguments)
import { test } from 'node:test';
import { Observable } from 'rxjs';
import { shed } from 'tributary-gateway';
import type { Envelope, Operator } from 'tributary-gateway';
import { draw } from 'tributary-gateway/testing';

/** Lets pass what differs from its predecessor; what it holds back is settled at once. */
const onlyChanges: Operator<string> = (source) =>
  new Observable<Envelope<string>>((subscriber) => {
    let before: string | undefined;
    return source.subscribe({
      next: (item) => {
        if (item.value === before) item.ack();
        else subscriber.next(item);
        before = item.value;
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
  });

void test('acknowledges what has not changed, and the rest when the sink does', () =>
  draw({
    source: ' -a-a-b-a----|',
    through: onlyChanges,
    result: ' -a---b-a----|',
    acks: '   ----a------a-',
    refuses: '-------b------',
    acked: '  ---aa------a-',
    refused: '-------b------',
  }));

void test('refuses what is faster than the sink', () =>
  draw({
    source: ' -abc--d-|',
    through: shed(2, () => undefined),
    result: ' -ab---d-|',
    acks: '   ----ab---d',
    acked: '  ----ab---d',
    refused: '---c------',
  }));

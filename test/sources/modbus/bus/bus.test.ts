import { describe, expect, it } from 'vitest';
import { polled, rig } from '../rig.js';

const name = 'tcp h:502';

describe('a bus', () => {
  it('is one connection for the slaves of an endpoint, and another for another', () => {
    const it = rig({ slaves: [polled(1), polled(2), polled(3, { port: 503 })] });
    it.advance(50);
    expect(it.peers.connects).toEqual([
      [0, name],
      [0, 'tcp h:503'],
    ]);
    it.close();
  });

  it('asks one thing at a time, and lets its slaves take turns', () => {
    const apart = { mergeRequests: false };
    const it = rig({
      slaves: [polled(1, apart, [0, 1]), polled(2, apart, [0, 1])],
      units: { 1: { takes: 5 }, 2: { takes: 5 } },
    });
    it.advance(50);
    expect(it.peers.asked.map(({ at, unitId }) => [at, unitId])).toEqual([
      [0, 1],
      [5, 2],
      [10, 1],
      [15, 2],
    ]);
    it.close();
  });

  it('waits delayBetweenRequestsMs between two requests', () => {
    const it = rig({ slaves: [polled(1, { delayBetweenRequestsMs: 20 }), polled(2)] });
    it.advance(50);
    expect(it.peers.asked.map(({ at }) => at)).toEqual([0, 21]);
    it.close();
  });

  it('lets a command go before the polls that wait', () => {
    const rpc = [
      { tag: 'get', type: '16uint', functionCode: 3, address: 9 },
      { tag: 'x', type: '16uint', functionCode: 3, address: 9 },
    ];
    const slaves = [polled(1, { rpc }, [0]), polled(2), polled(3)];
    const it = rig({ slaves, units: { 1: { takes: 10 }, 2: { takes: 10 }, 3: { takes: 10 } } });
    it.at(5, () => it.call('D1', 'x'));
    it.advance(50);
    expect(it.peers.asked.map(({ unitId, what }) => `${unitId} ${what}`)).toEqual([
      '1 read 3 0+1',
      '1 read 3 9+1',
      '2 read 3 0+1',
      '3 read 3 0+1',
    ]);
    expect(it.replies()).toEqual([{ result: { value: 9 } }]);
    it.close();
  });
});

describe('a connection', () => {
  it('is tried again as the three settings say', () => {
    const settings = { connectAttemptTimeMs: 700, connectAttemptCount: 3, waitAfterFailedAttemptsMs: 31_000 };
    const it = rig({ slaves: [polled(1, settings)], unreachable: [name] });
    it.advance(40_000);
    expect(it.peers.connects.map(([at]) => at)).toEqual([0, 700, 1_400, 32_400, 33_100, 33_800]);
    it.close();
  });

  it('that is lost takes its devices with it, and polls them at once when it is back', () => {
    const it = rig({ slaves: [polled(1), polled(2)] });
    it.at(250, () => it.peers.cut(name));
    it.advance(900);
    expect(it.gone('D1')).toEqual([250]);
    expect(it.gone('D2')).toEqual([250]);
    expect(it.peers.connects.map(([at]) => at)).toEqual([0, 750]);
    expect(it.data('D1').map(({ at }) => at)).toEqual([1, 101, 201, 751, 851]);
    expect(it.phases()).toEqual([
      'connecting',
      'connected',
      'polling',
      'disconnected',
      'reconnecting',
      'connected',
      'polling',
    ]);
    it.close();
  });

  it('is made anew when nobody on it answers any more', () => {
    const units = { 1: { dead: false }, 2: { dead: false } };
    const it = rig({ slaves: [polled(1, { timeout: 0.2 }), polled(2, { timeout: 0.2 })], units });
    it.advance(250);
    units[1].dead = true;
    it.advance(5_000);
    expect(it.peers.connects).toHaveLength(1);
    units[2].dead = true;
    it.advance(5_000);
    expect(it.peers.connects).toHaveLength(2);
    it.advance(30_000);
    // Over the new one nothing has ever come: it is given a minute.
    expect(it.peers.connects).toHaveLength(2);
    it.advance(40_000);
    expect(it.peers.connects).toHaveLength(3);
    it.close();
  });

  it('of another bus is none of its business', () => {
    const it = rig({ slaves: [polled(1), polled(2, { port: 503 })] });
    it.at(250, () => it.peers.cut(name));
    it.advance(450);
    expect(it.data('D2')).toHaveLength(5);
    expect(it.phases()).toEqual(['connecting', 'connected', 'polling']);
    expect(it.logged.some(([text]) => text === 'a connection is down, the others are not')).toBe(true);
    it.peers.cut('tcp h:503');
    expect(it.phases().slice(3)).toEqual(['disconnected', 'reconnecting']);
    it.close();
  });
});

describe('when it is asked to stop', () => {
  it('polls no more, answers what is under way, closes and completes', () => {
    const rpc = [{ tag: 'x', type: '16uint', functionCode: 3, address: 9 }];
    const it = rig({ slaves: [polled(1, { rpc })], units: { 1: { takes: 20 } } });
    it.at(205, () => it.call('D1', 'x'));
    it.at(210, () => it.commands.complete());
    it.advance(220);
    expect(it.completed).toBe(false);
    it.advance(100);
    expect(it.replies()).toEqual([{ result: { value: 9 } }]);
    expect(it.completed).toBe(true);
    expect(it.peers.isOpen()).toBe(false);
    expect(it.phases().at(-1)).toBe('disconnected');
  });

  it('while it is not connected, completes at once', () => {
    const it = rig({ slaves: [polled(1)], unreachable: [name] });
    it.advance(100);
    it.commands.complete();
    expect(it.completed).toBe(true);
  });
});

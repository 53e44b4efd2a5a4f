import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../../../src/model/errors.js';
import { polled, rig } from '../rig.js';

describe('the schedule', () => {
  it('polls at once, then at each whole period, without drift', () => {
    const it = rig({ slaves: [polled(1)], units: { 1: { takes: 7 } } });
    it.advance(1_000);
    expect(it.peers.of(1).map(({ at }) => at)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
    expect(it.data('D1').map(({ at }) => at)).toEqual([7, 107, 207, 307, 407, 507, 607, 707, 807, 907]);
    it.close();
  });

  it('skips a tick that finds the last poll unfinished, and counts it', () => {
    const it = rig({ slaves: [polled(1)], units: { 1: { takes: 150 } } });
    it.advance(1_000);
    expect(it.peers.of(1).map(({ at }) => at)).toEqual([0, 200, 400, 600, 800, 1_000]);
    expect(it.counted('skipped')).toBe(5);
    expect(it.exchanged()).toMatchObject({ polls: 6, pollsSkipped: 5, pollsLateMs: 0 });
    it.close();
  });

  it('skips ticks while 64 readings are unsettled, and goes on when one is', () => {
    const it = rig({ slaves: [polled(1)], holding: true });
    it.advance(10_000);
    expect(it.held).toHaveLength(64);
    expect(it.counted('skipped')).toBe(101 - 64);
    it.held[0]!.ack();
    it.advance(150);
    expect(it.held).toHaveLength(65);
    it.close();
  });

  it('counts what the slave and the gateway have said', () => {
    const it = rig({ slaves: [polled(1, {}, [0, 1, 2])] });
    it.advance(50);
    expect(it.exchanged()).toMatchObject({ received: 1, receivedBytes: 6, sent: 1 });
    it.close();
  });
});

describe('a reading', () => {
  it('is one entry of telemetry, with the attributes and the strategies of the configuration', () => {
    const strategy = { type: 'ON_CHANGE' };
    const slave = polled(1, {
      deviceType: 'meter',
      attributes: [{ tag: 'a', type: '16uint', functionCode: 3, address: 7, reportStrategy: strategy }],
    });
    const it = rig({ slaves: [slave] });
    it.advance(50);
    const [data] = it.data('D1');
    expect(data).toMatchObject({
      profile: 'meter',
      connector: 'modbus',
      telemetry: [{ ts: 1, values: { r0: 0 } }],
      attributes: { a: 7 },
      report: { attributes: { a: { type: 'ON_CHANGE' } } },
    });
    it.close();
  });

  it('that comes back is not offered again, and makes room', () => {
    const it = rig({ slaves: [polled(1)], holding: true });
    it.advance(10_000);
    it.held[0]!.nack(new Unavailable('STORAGE_FAILED', 'not now'));
    it.advance(200);
    expect(it.held).toHaveLength(65);
    expect(it.logged.some(([text]) => text === 'a reading was not taken')).toBe(true);
    it.close();
  });
});

describe('an illegal address', () => {
  it('costs only its own point, and is not read along again', () => {
    const it = rig({ slaves: [polled(1, {}, [0, 1, 2])], units: { 1: { illegal: [1] } } });
    it.advance(150);
    expect(it.peers.of(1).map(({ what }) => what)).toEqual([
      'read 3 0+3',
      'read 3 0+1',
      'read 3 1+1',
      'read 3 2+1',
      'read 3 0+1',
      'read 3 1+1',
      'read 3 2+1',
    ]);
    expect(it.data('D1').map(({ telemetry }) => telemetry[0]!.values)).toEqual([
      { r0: 0, r2: 2 },
      { r0: 0, r2: 2 },
    ]);
    it.close();
  });

  it('is said once, and once more when it can be read', () => {
    const units = { 1: { illegal: [1] as readonly number[] } };
    const it = rig({ slaves: [polled(1, {}, [0, 1, 2])], units });
    it.advance(550);
    units[1].illegal = [];
    it.advance(500);
    const said = it.logged.filter(([text]) => text.startsWith('data points'));
    expect(said).toEqual([
      [
        'data points could not be read',
        { device: 'D1', keys: 'r1', why: 'unit 1: illegal data address (exception 2)' },
      ],
      ['data points can be read again', { device: 'D1', keys: 'r1' }],
    ]);
    expect(it.counted('failed')).toBe(1);
    expect(it.peers.of(1).at(-1)!.what).toBe('read 3 0+3');
    it.close();
  });

  it('between two points that is refused is found, and the points are read on', () => {
    const it = rig({ slaves: [polled(1, {}, [0, 5])], units: { 1: { illegal: [3] } } });
    it.advance(150);
    expect(it.peers.of(1).map(({ what }) => what)).toEqual([
      'read 3 0+6',
      'read 3 0+1',
      'read 3 5+1',
      'read 3 0+1',
      'read 3 5+1',
    ]);
    expect(it.data('D1')).toHaveLength(2);
    it.close();
  });
});

describe('a slave that does not answer', () => {
  it('is asked again as often as its retries say, and then is away', () => {
    const it = rig({ slaves: [polled(1, { retries: 2, timeout: 0.05 })], units: { 1: { dead: true } } });
    it.advance(900);
    expect(it.peers.of(1).map(({ at }) => at)).toEqual([0, 50, 100]);
    it.close();
  });

  it('is looked for after a second, two, four, eight, then every ten', () => {
    const it = rig({ slaves: [polled(1, { timeout: 0.1 })], units: { 1: { dead: true } } });
    it.advance(40_000);
    expect(it.peers.of(1).map(({ at }) => at)).toEqual([0, 1_100, 3_200, 7_300, 15_400, 25_500, 35_600]);
    expect(it.counted('skipped')).toBe(0);
    it.close();
  });

  it('is looked for with its cheapest request, and is polled at once when it answers', () => {
    const units = { 1: { dead: true } };
    const slave = polled(1, { timeout: 0.1, pollPeriod: 60_000 }, [0, 1, 2, 50]);
    const it = rig({ slaves: [slave], units });
    it.advance(1_000);
    units[1].dead = false;
    it.advance(200);
    expect(it.peers.of(1).map(({ at, what }) => [at, what])).toEqual([
      [0, 'read 3 0+3'],
      [1_100, 'read 3 50+1'],
      [1_101, 'read 3 50+1'],
      [1_102, 'read 3 0+3'],
    ]);
    expect(it.data('D1')).toHaveLength(1);
    it.close();
  });

  it('is gone, once it has been there, and comes back with its data', () => {
    const units = { 1: { dead: false }, 2: {} };
    const it = rig({ slaves: [polled(1), polled(2)], units });
    it.advance(250);
    units[1].dead = true;
    it.advance(2_000);
    expect(it.gone('D1')).toEqual([501]);
    expect(it.gone('D2')).toEqual([]);
    units[1].dead = false;
    it.advance(3_000);
    expect(it.data('D1').at(-1)!.at).toBeGreaterThan(5_000);
    it.close();
  });

  it('once, though it did before, is asked again with the next poll', () => {
    const units = { 1: { dead: false }, 2: {} };
    const it = rig({ slaves: [polled(1), polled(2)], units });
    it.at(250, () => (units[1].dead = true));
    it.at(350, () => (units[1].dead = false));
    it.advance(650);
    expect(it.data('D1').map(({ at }) => at)).toEqual([1, 101, 201, 402, 501, 601]);
    expect(it.gone('D1')).toEqual([]);
    it.close();
  });

  it('is looked for once at a time, though a command has heard of it meanwhile', () => {
    const units = { 1: { dead: true } };
    const rpc = [{ tag: 'x', type: '16uint', functionCode: 3, address: 9 }];
    const it = rig({ slaves: [polled(1, { timeout: 0.1, rpc }), polled(2)], units });
    it.advance(300);
    units[1].dead = false;
    it.call('D1', 'x');
    it.advance(50);
    units[1].dead = true;
    it.advance(3_000);
    expect(it.replies()).toEqual([{ result: { value: 9 } }]);
    expect(it.peers.of(1).map(({ at }) => at)).toEqual([0, 301, 400, 501, 2_601]);
    it.close();
  });

  it('is asked once by a command while it is away', () => {
    const rpc = [{ tag: 'x', type: '16uint', functionCode: 3, address: 9 }];
    const it = rig({ slaves: [polled(1, { timeout: 0.05, retries: 2, rpc })], units: { 1: { dead: true } } });
    it.advance(300);
    it.call('D1', 'x');
    it.advance(500);
    expect(it.peers.of(1).filter(({ what }) => what === 'read 3 9+1')).toHaveLength(1);
    expect(it.replies()).toEqual([{ result: { error: 'Timeout rpc has been reached for D1' } }]);
    it.close();
  });

  it('costs the others on its connection nothing', () => {
    const units = Object.fromEntries([1, 2, 3, 4, 5].map((unit) => [unit, { dead: true }]));
    const all = Array.from({ length: 20 }, (_, i) => polled(i + 1, { pollPeriod: 200, timeout: 30, retries: 3 }));
    const it = rig({ slaves: all, units });
    it.advance(1_950);
    const atFirst = it.counted('skipped');
    it.advance(60_000);
    expect(it.counted('skipped')).toBe(atFirst);
    expect(atFirst).toBeLessThan(15 * 3);
    expect(it.data('D20').length).toBeGreaterThanOrEqual(300);
    it.close();
  });

  it('takes a fifth of the time at most, where the others have a period that is shorter than its patience', () => {
    const units = Object.fromEntries([1, 2, 3, 4, 5].map((unit) => [unit, { dead: true }]));
    const line = { type: 'serial', port: '/dev/ttyS9', method: 'rtu', timeout: 30, retries: 20 };
    const it = rig({ slaves: Array.from({ length: 6 }, (_, i) => polled(i + 1, line)), units });
    it.advance(5_000);
    const before = it.data('D6').length;
    it.advance(20_000);
    expect(it.data('D6').length - before).toBeGreaterThanOrEqual(160);
    it.close();
  });

  it('that a gateway says is absent is not waited for', () => {
    const units = { 1: { exception: 11 }, 2: {} };
    const it = rig({ slaves: [polled(1, { retries: 3 }), polled(2)], units });
    it.advance(1_050);
    expect(it.peers.of(1)).toHaveLength(2);
    expect(it.data('D2')).toHaveLength(11);
    it.close();
  });

  it('to one request is still asked for the others, and for that one last', () => {
    const it = rig({ slaves: [polled(1, { timeout: 0.02, mergeRequests: false }, [0, 1])], units: { 1: {} } });
    it.advance(50);
    expect(it.data('D1')[0]!.telemetry[0]!.values).toEqual({ r0: 0, r1: 1 });
    it.close();
  });
});

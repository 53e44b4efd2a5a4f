import { open } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { rtu } from '../../../../src/sources/modbus/wire/framing/rtu.js';
import { withoutEcho } from '../../../../src/sources/modbus/wire/lines/without-echo.js';
import { haveSocat, ptyPair } from '../../../peers/pty-pair.js';
import { peer } from '../../../peers/require-peer.js';
import { answerOf } from '../answer-of.js';
import { wireTo } from './wire-to.js';

const bytes = (text: string): Buffer => Buffer.from(text);

describe('the echo of a line', () => {
  it.each([
    ['in one piece with the answer', ['askANSWER'], 'ANSWER'],
    ['in pieces', ['a', 's', 'kANS', 'WER'], 'ANSWER'],
    ['alone', ['ask'], ''],
    ['that was garbled on its way', ['aXk'], 'Xk'],
    ['that does not come', ['ANSWER'], 'ANSWER'],
  ])('%s is taken out', (_, pieces, left) => {
    const echo = withoutEcho(true);
    echo.sent(bytes('ask'));
    expect(Buffer.concat(pieces.map((piece) => echo.strip(bytes(piece)))).toString()).toBe(left);
  });
  it('is left where a line has none', () => {
    const echo = withoutEcho(false);
    echo.sent(bytes('ask'));
    expect(echo.strip(bytes('ask')).toString()).toBe('ask');
  });
});

peer('socat', haveSocat())('a serial line', () => {
  /** A slave that repeats what it hears and answers behind it. */
  const echoing = async (device: string) => {
    const file = await open(device, 'r+');
    const done = (async () => {
      const room = Buffer.alloc(256);
      for (;;) {
        const { bytesRead } = await file.read(room, 0, room.length, null).catch(() => ({ bytesRead: 0 }));
        if (bytesRead === 0) return;
        const heard = room.subarray(0, bytesRead);
        await file.write(Buffer.concat([heard, rtu.frame(Buffer.of(1, 3, 2, 0, 42), 0)])).catch(() => undefined);
      }
    })();
    return { close: () => file.close(), done };
  };

  it('with an echo is understood if it is told so', async () => {
    const pair = await ptyPair();
    const slave = await echoing(pair.theirs);
    const keys = { type: 'serial', method: 'rtu', port: pair.ours };
    const master = await wireTo({ ...keys, handleLocalEcho: true });
    for (let i = 0; i < 3; i += 1) expect(await master.read({})).toEqual(answerOf([42]));
    master.close();
    await pair.close();
    await slave.done;
    await slave.close();
  });

  it('that goes away is lost', async () => {
    const pair = await ptyPair();
    const master = await wireTo({ type: 'serial', method: 'rtu', port: pair.ours });
    await pair.close();
    expect(await master.lost).toMatchObject({ code: 'BROKER_UNREACHABLE' });
  });

  it('that is not there says so', async () => {
    await expect(wireTo({ type: 'serial', method: 'rtu', port: '/dev/nowhere' })).rejects.toThrow('/dev/nowhere');
  });
});

import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ConnectionError, ProtocolError } from '../../../../src/model/errors.js';
import { ascii } from '../../../../src/sources/modbus/wire/framing/ascii.js';
import { mbap } from '../../../../src/sources/modbus/wire/framing/mbap.js';
import { rtu } from '../../../../src/sources/modbus/wire/framing/rtu.js';
import { NoAnswer } from '../../../../src/sources/modbus/wire/no-answer.js';
import { SlaveException } from '../../../../src/sources/modbus/wire/slave-exception.js';
import { answerOf } from '../answer-of.js';
import { faultServer } from './fault-server.js';
import { wireTo } from './wire-to.js';
import type { WireTo } from './wire-to.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

type Answer = (chunk: Buffer, socket: Socket, times: number) => void;

const against = async (method: 'socket' | 'rtu' | 'ascii', answer: Answer, keys: object = {}): Promise<WireTo> => {
  let times = 0;
  const server = await faultServer((chunk, socket) => answer(chunk, socket, (times += 1)));
  const master = await wireTo({ method, port: server.port, ...keys });
  closing.push(master.close, server.close);
  return master;
};

/** Unit 1, registers. */
const registers = (...words: readonly number[]): Buffer =>
  Buffer.concat([Buffer.of(1, 3, words.length * 2), answerOf(words)]);
const numberOf = (chunk: Buffer): number => chunk.readUInt16BE(0);
const failure = (master: WireTo, timeoutMs = 2_000) => master.read({}, timeoutMs).catch((error: unknown) => error);

describe('over a connection of Modbus TCP', () => {
  it('a silent slave is no answer, in time', async () => {
    const master = await against('socket', () => undefined);
    const error = await failure(master, 60);
    expect(error).toBeInstanceOf(NoAnswer);
    expect(String(error)).toContain('unit 1: no answer within 60 ms');
  });

  it('an answer that comes too late is not taken for that of the next request', async () => {
    let first: Buffer | undefined;
    const master = await against('socket', (chunk, socket) => {
      if (first === undefined) first = chunk;
      else
        socket.write(
          Buffer.concat([mbap.frame(registers(1), numberOf(first)), mbap.frame(registers(2), numberOf(chunk))]),
        );
    });
    expect(await failure(master, 60)).toBeInstanceOf(NoAnswer);
    expect(await master.read({})).toEqual(answerOf([2]));
  });

  it('an answer with a wrong number is passed over', async () => {
    const master = await against('socket', (chunk, socket) =>
      socket.write(mbap.frame(registers(1), numberOf(chunk) + 1)),
    );
    expect(await failure(master, 60)).toBeInstanceOf(NoAnswer);
  });

  it.each([
    ['of another unit', Buffer.of(2, 3, 2, 0, 1)],
    ['of another function code', Buffer.of(1, 4, 2, 0, 1)],
    ['with too many values', registers(1, 2)],
    ['with a false count', Buffer.of(1, 3, 4, 0, 1)],
    ['without values', Buffer.of(1, 3)],
    ['that is an exception without a number', Buffer.of(1, 0x83)],
  ])('an answer %s cannot be understood, and the next one can', async (_, adu) => {
    const master = await against('socket', (chunk, socket, times) =>
      socket.write(mbap.frame(times === 1 ? adu : registers(7), numberOf(chunk))),
    );
    expect(await failure(master)).toBeInstanceOf(ProtocolError);
    expect(await master.read({})).toEqual(answerOf([7]));
  });

  it('a write that was answered with another place cannot be understood', async () => {
    const master = await against('socket', (chunk, socket) =>
      socket.write(mbap.frame(Buffer.of(1, 6, 0, 9, 0, 5), numberOf(chunk))),
    );
    await expect(master.write({ functionCode: 6, address: 8, registers: [5] })).rejects.toBeInstanceOf(ProtocolError);
  });

  it('garbage loses the connection', async () => {
    const master = await against('socket', (_, socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await failure(master)).toBeInstanceOf(ConnectionError);
    expect(String(await master.lost)).toContain('no header of Modbus TCP');
    expect(await failure(master)).toBeInstanceOf(ConnectionError);
  });

  it('a connection that is cut within an answer is lost, and so is the request', async () => {
    const master = await against('socket', (chunk, socket) =>
      socket.end(mbap.frame(registers(1), numberOf(chunk)).subarray(0, 8)),
    );
    const error = await failure(master);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(await master.lost).toBe(error);
  });

  it('an answer may come byte by byte', async () => {
    const master = await against('socket', (chunk, socket) => {
      socket.setNoDelay(true);
      const bytes = [...mbap.frame(registers(1, 2, 3), numberOf(chunk))];
      const next = (): void => {
        const byte = bytes.shift();
        if (byte !== undefined) socket.write(Buffer.of(byte), next);
      };
      next();
    });
    expect(await master.read({ count: 3 })).toEqual(answerOf([1, 2, 3]));
  });

  it('whoever lets go of a request can make the next', async () => {
    const requests: Buffer[] = [];
    const master = await against('socket', (chunk, socket) => {
      for (let at = 0; at < chunk.length; at += 12) requests.push(chunk.subarray(at));
      if (requests.length === 2)
        requests.forEach((request, i) => socket.write(mbap.frame(registers(i + 4), numberOf(request))));
    });
    master.wire.read({ unitId: 1, functionCode: 3, address: 0, count: 1 }, 1_000).subscribe().unsubscribe();
    expect(await master.read({})).toEqual(answerOf([5]));
  });

  it('closing ends a request that is on its way', async () => {
    const master = await against('socket', () => undefined);
    const error = failure(master, 60_000);
    master.close();
    expect(await error).toBeInstanceOf(ConnectionError);
  });

  it('the numbers of requests go round', async () => {
    const seen = new Set<number>();
    const master = await against('socket', (chunk, socket) => {
      seen.add(numberOf(chunk));
      socket.write(mbap.frame(registers(3), numberOf(chunk)));
    });
    for (let i = 0; i < 300; i += 1) await master.read({});
    expect(seen.size).toBe(300);
  });
});

describe.each([
  ['rtu', rtu],
  ['ascii', ascii],
] as const)('over a connection in %s, where answers have no number', (method, framing) => {
  /** What a request is made of, whatever frames it. */
  const heard = (chunk: Buffer): Buffer => {
    const found: Buffer[] = [];
    const ears = { onMessage: (adu: Buffer) => found.push(adu), onGarbled: () => undefined, onLost: () => undefined };
    framing.listener({ ...ears, lengthAt: (bytes) => bytes.length }).take(chunk);
    return found[0]!;
  };
  const framed = (adu: Buffer): Buffer => framing.frame(adu, 0);
  /** A slave whose register n holds n. */
  const obedient = (request: Buffer): Buffer =>
    framed(registers(...Array.from({ length: request.readUInt16BE(4) }, (_, i) => request.readUInt16BE(2) + i)));

  it('a late answer is not taken for that of a later request of the same shape', async () => {
    const requests: Buffer[] = [];
    const master = await against(method, (chunk, socket) => {
      requests.push(heard(chunk));
      // The first is answered when the next comes: with one that looks the same.
      if (requests.length === 2) socket.write(Buffer.concat(requests.map(obedient)));
      if (requests.length > 2) socket.write(obedient(requests.at(-1)!));
    });
    await expect(master.read({ address: 10, count: 2 }, 60)).rejects.toBeInstanceOf(NoAnswer);
    expect(await master.read({ address: 20, count: 2 })).toEqual(answerOf([20, 21]));
    expect(await master.read({ address: 30, count: 2 })).toEqual(answerOf([30, 31]));
    // One question between, whose answer looks like no other that is due.
    expect(requests.map((request) => [request.readUInt16BE(2), request.readUInt16BE(4)])).toEqual([
      [10, 2],
      [20, 1],
      [20, 2],
      [30, 2],
    ]);
  });

  it('not even when several are due', async () => {
    const due: Buffer[] = [];
    let silent = true;
    const master = await against(method, (chunk, socket) => {
      due.push(heard(chunk));
      if (!silent) socket.write(Buffer.concat(due.splice(0).map(obedient)));
    });
    for (const count of [1, 2, 1, 3])
      await expect(master.read({ address: count, count }, 40)).rejects.toBeInstanceOf(NoAnswer);
    silent = false;
    expect(await master.read({ address: 50, count: 1 })).toEqual(answerOf([50]));
    expect(await master.read({ address: 60, count: 2 })).toEqual(answerOf([60, 61]));
  });

  it('a wrong check is said at once, and the connection goes on', async () => {
    const master = await against(method, (chunk, socket, times) => {
      const answer = obedient(heard(chunk));
      const at = answer.length - 3;
      if (times === 1) answer[at] = answer[at] === 0x30 ? 0x31 : 0x30;
      socket.write(answer);
    });
    const error = await failure(master, 60_000);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(String(error)).toMatch(/the CRC is wrong|the LRC is wrong/);
    expect(await master.read({ address: 4 })).toEqual(answerOf([4]));
  });

  it('an answer behind garbage is found', async () => {
    const garbage = Buffer.from([0, 255, 1, 3, 200, 13, 1, 1, 3]);
    const master = await against(method, (chunk, socket) =>
      socket.write(Buffer.concat([method === 'rtu' ? garbage.subarray(0, 2) : garbage, obedient(heard(chunk))])),
    );
    expect(await master.read({ address: 4, count: 3 })).toEqual(answerOf([4, 5, 6]));
  });

  it('an endless stream of garbage ends in an error, and holds no memory', async () => {
    const flood = Buffer.alloc(65_536, 1);
    const master = await against(method, (_, socket) => {
      const more = (): void => {
        if (socket.writable) socket.write(flood, more);
      };
      more();
    });
    const before = process.memoryUsage.rss();
    expect(await failure(master, 300)).toBeInstanceOf(Error);
    expect(process.memoryUsage.rss() - before).toBeLessThan(200_000_000);
  });

  it('an exception is one', async () => {
    const master = await against(method, (_, socket) => socket.write(framed(Buffer.of(1, 0x83, 6))));
    expect(await failure(master)).toMatchObject({ exception: 6 });
    expect(await failure(master)).toBeInstanceOf(SlaveException);
  });

  it('what is written to all units is not answered, and done', async () => {
    const seen: Buffer[] = [];
    const master = await against(method, (chunk) => seen.push(heard(chunk)));
    await master.write({ functionCode: 6, address: 3, registers: [9] }, 0);
    await master.write({ functionCode: 5, address: 4, coils: [true] }, 0, 20);
    expect(seen).toEqual([Buffer.of(0, 6, 0, 3, 0, 9), Buffer.of(0, 5, 0, 4, 0xff, 0)]);
  });
});

describe('a connection', () => {
  it('that is refused says so', async () => {
    const server = await faultServer(() => undefined);
    server.close();
    await expect(wireTo({ port: server.port })).rejects.toMatchObject({ code: 'BROKER_UNREACHABLE' });
  });
  it('to a name that nobody knows is none', async () => {
    await expect(wireTo({ host: 'nowhere.invalid', type: 'udp', port: 5 })).rejects.toBeInstanceOf(ConnectionError);
  });
  it('that does not come to stand is given up', async () => {
    const server = await faultServer(() => undefined);
    closing.push(server.close);
    // It accepts and never answers the handshake.
    await expect(wireTo({ port: server.port, method: 'tls', timeout: 0.1 })).rejects.toThrow(
      'no connection within 0.1 s',
    );
  });
  it('over UDP to a port that nobody serves is lost with its first request', async () => {
    const server = await faultServer(() => undefined);
    const master = await wireTo({ type: 'udp', port: server.port });
    closing.push(master.close, server.close);
    expect(await failure(master)).toBeInstanceOf(ConnectionError);
  });
});

import { asyncScheduler, interval, Observable } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import type { Slave } from '../../config/slave.js';
import { ConnectionError } from '../../../../model/errors.js';
import { lineLost } from './line-lost.js';
import type { Line } from './line.js';
import { serialPort } from './serial-port.js';
import { withoutEcho } from './without-echo.js';

/** How a serial line is set. */
export type SerialSettings = Pick<Slave, 'baudrate' | 'bytesize' | 'stopbits' | 'parity' | 'handleLocalEcho'>;

const parities = { N: 'none', E: 'even', O: 'odd' } as const;
/** Bytes that may wait for the device. More waits only where it takes nothing any more. */
const UNSENT = 65_536;
/** A device that was pulled out reads as one that has nothing to say, over and over: this often it is asked whether it is there. */
const WATCH_MS = 2_000;

/** A serial device as a line: opened on subscription and for us alone, errors when it cannot be opened or goes away, closed on teardown. */
export const serialLine = (
  path: string,
  settings: SerialSettings,
  name: string,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<Line> =>
  new Observable((subscriber) => {
    const end = (error: unknown): void => subscriber.error(lineLost(name, error));
    const device = serialPort({
      path,
      baudRate: settings.baudrate,
      dataBits: settings.bytesize,
      stopBits: settings.stopbits,
      parity: parities[settings.parity],
      autoOpen: false,
    });
    const close = (): void => {
      // Of what closing says, too, nothing may be without a listener.
      if (device.isOpen) device.close(() => undefined);
    };
    device.on('error', end);
    device.on('close', (error?: Error) => end(error));
    device.open((failed) => {
      if (subscriber.closed) {
        close();
        return;
      }
      if (failed !== null) {
        end(failed);
        return;
      }
      let isAsked = false;
      const watch = interval(WATCH_MS, scheduler).subscribe(() => {
        if (isAsked) return;
        isAsked = true;
        device.drain((gone) => {
          isAsked = false;
          if (gone !== null && gone !== undefined) end(gone);
        });
      });
      subscriber.add(watch);
      const echo = withoutEcho(settings.handleLocalEcho);
      subscriber.next({
        datagrams: false,
        send: (bytes) => {
          echo.sent(bytes);
          device.write(bytes);
          if (device.writableLength > UNSENT)
            end(new ConnectionError('BROKER_UNREACHABLE', `${name}: the device takes nothing`));
        },
        listen: (take) => {
          device.on('data', (chunk: Buffer) => {
            const rest = echo.strip(chunk);
            if (rest.length > 0) take(rest);
          });
        },
      });
    });
    return close;
  });

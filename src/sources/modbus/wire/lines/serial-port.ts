import { createRequire } from 'node:module';
import { FatalError } from '../../../../model/errors.js';
import type { EventEmitter } from 'node:events';

/** A serial device, as far as it is used here. */
export interface SerialDevice extends EventEmitter {
  readonly isOpen: boolean;
  open(done: (error: Error | null) => void): void;
  close(done: (error: Error | null) => void): void;
  write(bytes: Buffer): boolean;
  /** Waits until all is sent; the error says that the device is gone. */
  drain(done: (error?: Error | null) => void): void;
  readonly writableLength: number;
}

interface SerialSettings {
  readonly path: string;
  readonly baudRate: number;
  readonly dataBits: number;
  readonly stopBits: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly autoOpen: false;
}

interface SerialPackage {
  readonly SerialPort: new (settings: SerialSettings) => SerialDevice;
}

/**
 * A serial device that is not open yet. The package behind it is the one that modbus-serial brings along as an optional dependency; without it, or
 * where it has no binary for the system, a FatalError says so.
 */
export const serialPort = (settings: SerialSettings): SerialDevice => {
  const ours = createRequire(import.meta.url);
  let loaded: SerialPackage;
  try {
    loaded = createRequire(ours.resolve('modbus-serial'))('serialport') as SerialPackage;
  } catch (cause) {
    throw new FatalError('CONFIG_INVALID', 'serial lines need the package serialport, which is not installed', {
      cause,
    });
  }
  return new loaded.SerialPort(settings);
};

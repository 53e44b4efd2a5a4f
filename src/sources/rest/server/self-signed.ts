import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A private key and a certificate for it, both PEM. */
export interface Pair {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** One DER element: its tag, the length of its content, its content. */
const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const integer = (bytes: Buffer): Buffer => der(0x02, bytes);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const bits = (bytes: Buffer): Buffer => der(0x03, Buffer.from([0]), bytes);
const nothing = der(0x05);
/** Written with four digits of the year from 2050 on. */
const time = (at: Date): Buffer => {
  const digits = at.toISOString().replace(/[-:T]|\.\d+/g, '');
  return at.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
};

const COMMON_NAME = '550403';
const SUBJECT_ALT_NAME = '551d11';
const SHA256_WITH_RSA = '2a864886f70d01010b';
/** Version 3, which is numbered 2. */
const VERSION = der(0xa0, integer(Buffer.from([2])));
const DAY = 86_400_000;
const DAYS = 365;

/** IPv6 addresses other than the loopback's are left out: a client that cares brings a certificate of its own to this machine. */
const addressBytes = (host: string): Buffer | undefined => {
  if (isIP(host) === 4) return Buffer.from(host.split('.').map(Number));
  return host === '::1' ? Buffer.from([...new Uint8Array(15), 1]) : undefined;
};

const altName = (host: string): Buffer | undefined => {
  const bytes = addressBytes(host);
  if (bytes) return der(0x87, bytes);
  return isIP(host) === 0 ? der(0x82, Buffer.from(host, 'latin1')) : undefined;
};

const pem = (bytes: Buffer): string => {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
};

/**
 * A new key (RSA, 2048 bits) and a certificate for it, signed by itself, for the host, localhost and 127.0.0.1. Source: rest.md, `server`.
 *
 * Promises: valid from a day before `now` (ms since the epoch), for clocks differ, and for 365 days after it. Takes some hundred milliseconds.
 */
export const selfSigned = (host: string, now: number): Pair => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const serial = randomBytes(16);
  // A positive number that does not start with a byte of nothing.
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0);
  const common = der(0x0c, Buffer.from(Array.from(host).slice(0, 64).join('')));
  const who = sequence(der(0x31, sequence(oid(COMMON_NAME), common)));
  const algorithm = sequence(oid(SHA256_WITH_RSA), nothing);
  const validity = sequence(time(new Date(now - DAY)), time(new Date(now + DAYS * DAY)));
  const names = [...new Set([host, 'localhost', '127.0.0.1'])].flatMap((name) => altName(name) ?? []);
  const extensions = der(0xa3, sequence(sequence(oid(SUBJECT_ALT_NAME), der(0x04, sequence(...names)))));
  const body = sequence(
    VERSION,
    integer(serial),
    algorithm,
    who,
    validity,
    who,
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions,
  );
  return {
    cert: pem(sequence(body, algorithm, bits(sign('sha256', body, privateKey)))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
};

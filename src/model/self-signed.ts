import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyPairKeyObjectResult } from 'node:crypto';
import { isIP } from 'node:net';

/** A private key and a certificate for it, both PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says, and how it is signed. */
export interface SelfSigned {
  /** Whose it is: its common name, cut at 64 characters, as the standard has it. */
  readonly name: string;
  /** Its key: P-256, or RSA with 2048 bits for those who cannot do better. */
  readonly key: 'ec' | 'rsa';
  /** How many days it is valid. */
  readonly days: number;
  /** Hosts that it is for besides. Default: none. */
  readonly hosts?: readonly string[];
}

/** One DER element: its tag, the length of its content, its content. */
const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const set = (part: Buffer): Buffer => der(0x31, part);
const integer = (bytes: Buffer): Buffer => der(0x02, bytes);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const bits = (bytes: Buffer): Buffer => der(0x03, Buffer.from([0]), bytes);
/** Written with four digits of the year from 2050 on. */
const time = (at: Date): Buffer => {
  const digits = at.toISOString().replace(/[-:T]|\.\d+/g, '');
  return at.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
};

const COMMON_NAME = '550403';
const SUBJECT_ALT_NAME = '551d11';
/** Version 3, which is numbered 2. */
const VERSION = der(0xa0, integer(Buffer.from([2])));
const DAY = 86_400_000;
/** Signing with SHA-256. */
const ALGORITHMS = {
  ec: sequence(oid('2a8648ce3d040302')),
  rsa: sequence(oid('2a864886f70d01010b'), der(0x05)),
};

const newKey = (key: SelfSigned['key']): KeyPairKeyObjectResult =>
  key === 'ec'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 });

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

const extensionsOf = (hosts: readonly string[]): readonly Buffer[] => {
  const names = [...new Set(hosts)].flatMap((host) => altName(host) ?? []);
  if (names.length === 0) return [];
  return [der(0xa3, sequence(sequence(oid(SUBJECT_ALT_NAME), der(0x04, sequence(...names)))))];
};

/**
 * A new key and a certificate for it, signed by itself.
 *
 * Promises: the key is fresh and stays here; valid from a day before `now` (ms since the epoch), for clocks differ. An RSA key takes some hundred
 * milliseconds. Source: RFC 5280, §4.1.
 */
export const selfSigned = ({ name, key, days, hosts = [] }: SelfSigned, now: number): Pair => {
  const { privateKey, publicKey } = newKey(key);
  const serial = randomBytes(16);
  // A positive number that does not start with a byte of nothing.
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0);
  const common = der(0x0c, Buffer.from(Array.from(name).slice(0, 64).join('')));
  const who = sequence(set(sequence(oid(COMMON_NAME), common)));
  const algorithm = ALGORITHMS[key];
  const body = sequence(
    VERSION,
    integer(serial),
    algorithm,
    who,
    sequence(time(new Date(now - DAY)), time(new Date(now + days * DAY))),
    who,
    publicKey.export({ type: 'spki', format: 'der' }),
    ...extensionsOf(hosts),
  );
  return {
    cert: pem(sequence(body, algorithm, bits(sign('sha256', body, privateKey)))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
};

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A private key and a certificate for it, both PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
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
/** After 2049 a time is written with four digits of its year. */
const time = (at: Date): Buffer => {
  const digits = at.toISOString().replace(/[-:T]|\.\d+/g, '');
  return at.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
};

const COMMON_NAME = '550403';
const ECDSA_WITH_SHA256 = '2a8648ce3d040302';
/** Version 3, which is numbered 2. */
const VERSION = der(0xa0, integer(Buffer.from([2])));
const DAY = 86_400_000;
const YEARS = 10;

const pem = (bytes: Buffer): string => {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
};

/**
 * A new key (P-256) and a certificate for it, signed by itself: what the platform knows an X.509 device by is the text of its certificate.
 *
 * Promises: the key is fresh and stays here; the certificate is valid from a day before `now` (ms since the epoch), for clocks differ, and for
 * ten years. `name` is cut at 64 characters, as the standard has it. Source: RFC 5280, §4.1.
 */
export const selfSigned = (name: string, now: number): Pair => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const serial = randomBytes(16);
  // A positive number that does not start with a byte of nothing.
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0);
  const who = sequence(set(sequence(oid(COMMON_NAME), der(0x0c, Buffer.from(Array.from(name).slice(0, 64).join(''))))));
  const algorithm = sequence(oid(ECDSA_WITH_SHA256));
  const validity = sequence(time(new Date(now - DAY)), time(new Date(now + YEARS * 365 * DAY)));
  const body = sequence(
    VERSION,
    integer(serial),
    algorithm,
    who,
    validity,
    who,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', body, privateKey);
  return {
    cert: pem(sequence(body, algorithm, bits(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
};

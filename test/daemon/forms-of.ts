/** Of base64, what stays the same wherever in a longer text the secret stands: the first and the last characters depend on their neighbours. */
const inBase64 = (secret: string): readonly string[] =>
  [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const whole = bytes.subarray(before === 0 ? 0 : 3, bytes.length - (bytes.length % 3));
    return whole.toString('base64');
  });

/** The ways in which a secret may be written, each with its name. */
export const formsOf = (secret: string): readonly (readonly [form: string, text: string])[] => [
  ['itself', secret],
  ['bytes', Buffer.from(secret).toString('latin1')],
  ['JSON', JSON.stringify(secret).slice(1, -1)],
  ['JSON within JSON', JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)],
  ['part of a URL', encodeURIComponent(secret)],
  ['a form', new URLSearchParams({ a: secret }).toString().slice(2)],
  ['hexadecimal', Buffer.from(secret).toString('hex')],
  ...inBase64(secret).flatMap((text): readonly (readonly [string, string])[] => [
    ['base64', text],
    ['base64url', text.replaceAll('+', '-').replaceAll('/', '_')],
  ]),
];

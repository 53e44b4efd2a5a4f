import type { LocalSlave } from '../config/local-slave.js';

/** What the local slave says of itself. */
export type Identity = NonNullable<LocalSlave['identity']>;

const READ_IDENTIFICATION = 14;
/** Basic objects end here, regular ones below the second number. */
const BASIC = 3;
const REGULAR = 7;
/** Bytes that objects have in one answer. */
const ROOM = 253 - 7;
/** Regular identification, as a stream and object by object. */
const CONFORMITY = 0x82;

/** The texts in the order of their numbers: vendor, product code, revision, vendor's address, product, model. Only what is there. */
const objectsOf = (identity: Identity): ReadonlyMap<number, Buffer> => {
  const texts: readonly (string | undefined)[] = [
    identity.vendorName ?? '',
    identity.productCode ?? '',
    '',
    identity.vendorUrl,
    identity.productName,
    identity.ModelName ?? identity.modelName,
  ];
  return new Map(
    texts.flatMap((text, id) =>
      text === undefined ? [] : [[id, Buffer.from(text, 'utf8').subarray(0, ROOM - 2)] as const],
    ),
  );
};

/** The answer to a request for device identification (function code 43, MEI 14); undefined if the request is not as it should be. */
export const identification = (identity: Identity, message: Buffer): Buffer | undefined => {
  const [code, mei, kind, from] = message;
  if (message.length !== 4 || mei !== READ_IDENTIFICATION || kind === undefined || kind < 1 || kind > 4)
    return undefined;
  const objects = objectsOf(identity);
  if (kind === 4 && !objects.has(from!)) return undefined;
  const asked = [...objects].filter(([id]) => (kind === 4 ? id === from : id < (kind === 1 ? BASIC : REGULAR)));
  const begun = asked.some(([id]) => id === from) ? asked.filter(([id]) => id >= from!) : asked;
  const said: (readonly [number, Buffer])[] = [];
  let used = 0;
  for (const one of begun) {
    used += one[1].length + 2;
    if (used > ROOM) break;
    said.push(one);
  }
  const next = begun[said.length];
  const more = next === undefined ? [0, 0] : [0xff, next[0]];
  return Buffer.concat([
    Buffer.of(code!, READ_IDENTIFICATION, kind, CONFORMITY, ...more, said.length),
    ...said.map(([id, text]) => Buffer.concat([Buffer.of(id, text.length), text])),
  ]);
};

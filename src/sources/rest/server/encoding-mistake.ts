import type { IncomingHttpHeaders } from 'node:http';

/** Characters of a header that a reason may quote. */
const QUOTED = 80;

/** Why a body cannot be read: bodies are UTF-8, and not compressed. Undefined: it can. */
export const encodingMistake = (headers: IncomingHttpHeaders): string | undefined => {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') return `the content encoding ${encoding.slice(0, QUOTED)} is not read`;
  const charset = /;\s*charset="?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  return /^(?:utf-?8|us-ascii)$/i.test(charset) ? undefined : `the charset ${charset.slice(0, QUOTED)} is not read`;
};

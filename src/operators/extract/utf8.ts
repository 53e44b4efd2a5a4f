import { isUtf8 } from 'node:buffer';

/** Reads bytes as UTF-8. Bytes that are not are left out, as the incumbent does, and so is a byte order mark in front. */
export const utf8 = (bytes: Buffer): string => {
  const text = bytes.toString('utf8');
  const clean = text.includes('\uFFFD') && !isUtf8(bytes) ? text.replaceAll('\uFFFD', '') : text;
  return clean.startsWith('\uFEFF') ? clean.slice(1) : clean;
};

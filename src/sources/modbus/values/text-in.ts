import { isUtf8 } from 'node:buffer';

/** Bytes as UTF-8 text, NULs included; bytes that are not UTF-8 as hexadecimal digits. */
export const textIn = (bytes: Buffer): string => bytes.toString(isUtf8(bytes) ? 'utf8' : 'hex');

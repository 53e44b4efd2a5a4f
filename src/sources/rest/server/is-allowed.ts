import { createHash, timingSafeEqual } from 'node:crypto';
import type { EndpointSecurity } from '../config/endpoint-fields.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Compiles who may call: with `anonymous` everybody, with `basic` whoever shows its user and password in the header `Authorization`.
 *
 * Promises: takes as long for a wrong password as for the right one.
 */
export const isAllowed = ({
  type,
  username = '',
  password = '',
}: EndpointSecurity): ((authorization: string | undefined) => boolean) => {
  if (type === 'anonymous') return () => true;
  const wanted = digest(`${username}:${password}`);
  return (authorization = '') => {
    const given = /^basic +([\w+/=-]+) *$/i.exec(authorization)?.[1] ?? '';
    return timingSafeEqual(digest(Buffer.from(given, 'base64').toString('utf8')), wanted);
  };
};

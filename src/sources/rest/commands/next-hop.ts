/** One request of a call: the call's own, or one that a redirect asks for. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const without = (headers: Hop['headers'], names: readonly string[]): Hop['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));

/**
 * The request that a redirect asks for; undefined where the answer is none, or leads nowhere that is HTTP. With 301, 302 and 303 it is a GET without a body. What shows
 * who the gateway is does not go to another server.
 */
export const nextHop = (hop: Hop, status: number, location: string | undefined): Hop | undefined => {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  if (!URL.canParse(location, hop.url.href)) return undefined;
  const url = new URL(location, hop.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const headers = url.origin === hop.url.origin ? hop.headers : without(hop.headers, ['authorization', 'cookie']);
  if (status > 303) return { ...hop, url, headers };
  const method = hop.method === 'HEAD' ? 'HEAD' : 'GET';
  return { url, method, headers: without(headers, ['content-length', 'content-type']), body: Buffer.alloc(0) };
};

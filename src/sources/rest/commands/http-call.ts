import type { Json } from '../../../model/message.js';
import { RpcError } from '../../../model/rpc-error.js';
import { fillPlaceholders } from '../../../operators/extract/fill-placeholders.js';
import { textOf } from '../../../operators/extract/text-of.js';
import type { HttpMethod } from '../config/http-method.js';
import type { HttpHeaders } from '../config/http-headers.js';
import type { OutgoingSecurity } from '../config/outgoing-fields.js';
import { bodyOf } from './body-of.js';

/** An HTTP request to a device. */
export interface HttpCall {
  readonly url: string;
  readonly method: HttpMethod;
  readonly headers: HttpHeaders;
  /** The body, a text or bytes; empty: there is none. */
  readonly body: string | Buffer;
  readonly verify: boolean;
  readonly redirects: boolean;
  /** Milliseconds until the answer has come as a whole. */
  readonly timeout: number;
  readonly security: OutgoingSecurity;
}

/** What a request has of its own, instead of what its rule says. Headers stand beside the rule's. */
export type HttpOwn = Partial<Pick<HttpCall, 'url' | 'method' | 'headers' | 'body'>>;

/** What every rule says of its request. */
export interface CallRule {
  readonly requestUrlExpression: string;
  readonly valueExpression: string;
  readonly HTTPMethod: HttpMethod;
  readonly httpHeaders: HttpHeaders;
  readonly SSLVerify: boolean;
  readonly allowRedirects: boolean;
  readonly timeout: number;
  readonly security: OutgoingSecurity;
}

/** Half a character, which JSON may hold, cannot be quoted: it becomes the sign for what is none. */
const quoted = (text: string): string => encodeURIComponent(Buffer.from(text).toString());

/** The URL as the configuration means it: without a scheme it is HTTP. Throws an RpcError of code 400 for one that is none. */
const checked = (text: string): string => {
  const url = /^https?:\/\//i.test(text) ? text : `http://${text}`;
  if (URL.canParse(url)) return url;
  // A user and a password may stand in it.
  throw new RpcError(400, `the URL ${url.replace(/\/\/[^/?#]*@/, '//').slice(0, 80)} is none`);
};

/**
 * Compiles a rule into its request. Placeholders are `words` by their names, and paths into `data`; in the URL they are quoted, in the body they stand as they
 * are, objects as JSON. What a request has of its own wins.
 */
export const httpCall = (
  rule: CallRule,
): ((words: ReadonlyMap<string, string>, data?: Json, own?: HttpOwn) => HttpCall) => {
  const urlOf = fillPlaceholders(rule.requestUrlExpression);
  const body = bodyOf(rule.valueExpression);
  return (words, data = null, own = {}) => {
    const inUrl = new Map([...words].map(([name, text]) => [name, quoted(text)]));
    return {
      url: checked(own.url ?? urlOf({ words: inUrl, data, show: (value) => quoted(textOf(value)) })),
      method: own.method ?? rule.HTTPMethod,
      headers: own.headers === undefined ? rule.httpHeaders : new Map([...rule.httpHeaders, ...own.headers]),
      body: own.body ?? body({ words, data, show: textOf }),
      verify: rule.SSLVerify,
      redirects: rule.allowRedirects,
      timeout: rule.timeout * 1_000,
      security: rule.security,
    };
  };
};

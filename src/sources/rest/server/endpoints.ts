import type { EndpointSecurity } from '../config/endpoint-fields.js';
import type { HttpMethod } from '../config/http-method.js';
import type { Values } from '../../../model/message.js';
import { isAllowed } from './is-allowed.js';

/** A rule of the configuration, as far as the server is concerned. */
export interface Ruled<R> {
  readonly rule: R;
  readonly endpoint: string;
  readonly HTTPMethods: readonly HttpMethod[];
  readonly security: EndpointSecurity;
}

/** What stands for one method of an endpoint. */
export interface Opened<R> {
  readonly rule: R;
  readonly isAllowed: (authorization: string | undefined) => boolean;
  /** The router's parameters under the names that the rule has for them. */
  readonly named: (params: Readonly<Record<string, string>>) => Values;
}

/** One path with all that is said of it. */
export interface Endpoint<R> {
  /** The path in the router's own form, its parameters by number: two rules may have different names for them. */
  readonly url: string;
  readonly methods: ReadonlyMap<string, Opened<R>>;
}

const parameter = /\{(\w+)\}/g;

const urlOf = (endpoint: string): string => {
  let n = 0;
  return endpoint.replaceAll(':', '::').replace(parameter, () => `:p${n++}`);
};

const naming = (endpoint: string): Opened<unknown>['named'] => {
  const names = [...endpoint.matchAll(parameter)].map(([, name = '']) => name);
  return (params) => Object.fromEntries(names.map((name, i) => [name, params[`p${i}`] ?? '']));
};

/** Puts the rules together by path and method. Where two speak of the same path and method the later counts; `onHidden` is told of the earlier. */
export const endpoints = <R>(
  rules: readonly Ruled<R>[],
  onHidden: (endpoint: string, method: string) => void,
): readonly Endpoint<R>[] => {
  const byUrl = new Map<string, Map<string, Opened<R>>>();
  for (const { rule, endpoint, HTTPMethods, security } of rules) {
    const url = urlOf(endpoint);
    const methods = byUrl.get(url) ?? new Map<string, Opened<R>>();
    byUrl.set(url, methods);
    const opened = { rule, isAllowed: isAllowed(security), named: naming(endpoint) };
    for (const method of new Set(HTTPMethods)) {
      if (methods.has(method)) onHidden(endpoint, method);
      methods.set(method, opened);
    }
  }
  return [...byUrl].map(([url, methods]) => ({ url, methods }));
};

import * as t from 'io-ts';
import { rpcRule } from './rpc-rule.js';
import type { RpcRule } from './rpc-rule.js';

const list = t.readonlyArray(rpcRule, 'a list of calls, or an object of them by method');

/** A codec for calls: a list, in which `tag` is the method, or an object by method. */
export const rpcRules = Object.assign(
  new t.ReadonlyArrayType<typeof rpcRule, readonly RpcRule[], unknown, unknown>(
    list.name,
    list.is,
    (input, context) => {
      if (typeof input !== 'object' || input === null || Array.isArray(input)) return list.validate(input, context);
      const errors: t.Errors = [];
      const rules: RpcRule[] = [];
      for (const [tag, entry] of Object.entries(input as Readonly<Record<string, unknown>>)) {
        const named = typeof entry === 'object' && entry !== null ? { ...entry, tag } : entry;
        const decoded = rpcRule.validate(named, t.appendContext(context, tag, rpcRule, entry));
        if (decoded._tag === 'Left') errors.push(...decoded.left);
        else rules.push(decoded.right);
      }
      return errors.length > 0 ? t.failures(errors) : t.success(rules);
    },
    t.identity,
    rpcRule,
  ),
  { values: rpcRule },
);

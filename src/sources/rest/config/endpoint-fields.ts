import * as t from 'io-ts';
import { checked } from '../../../model/checked.js';
import { defaulted, optional, refine, required, section } from '../../../model/codec.js';
import { httpMethod } from './http-method.js';

const path = refine(
  t.string,
  (text) => /^(?:\/(?:\{[A-Za-z_]\w*\}|[^{}?#*\s/]*))+$/.test(text),
  'a path such as "/devices/{id}": it begins with "/", and {name} is a whole part of it',
);

const methods = refine(
  t.readonlyArray(httpMethod, 'a list of HTTP methods'),
  (list) => list.length > 0,
  'a list of HTTP methods',
);

const security = checked(
  section('the endpoint’s security', {
    type: defaulted(t.keyof({ anonymous: null, basic: null }), 'anonymous', 'Who may call: everybody, or one user.'),
    username: optional(t.string, 'The user, with `basic`.'),
    password: optional(t.string, 'The user’s password, with `basic`.'),
  }),
  ({ type, username, password }) => [
    ...(type === 'basic' && username === undefined ? [{ key: 'username', expected: 'a user name' }] : []),
    ...(type === 'basic' && password === undefined ? [{ key: 'password', expected: 'a password' }] : []),
  ],
);

export type EndpointSecurity = t.TypeOf<typeof security>;

/** What every endpoint has. */
export const endpointFields = {
  endpoint: required(path, 'The path. What stands in the place of a `{name}` is a field of the request’s data.'),
  HTTPMethods: required(methods, 'The methods; any other is answered 405.'),
  security: defaulted(security, { type: 'anonymous' }, 'Who may call.'),
};

import { reasonOf } from '../../../model/errors.js';
import { platformName } from '../../../operators/extract/platform-name.js';
import { template } from '../../../operators/extract/template.js';
import { textOf } from '../../../operators/extract/text-of.js';
import { valuesOf } from '../../../operators/extract/values-of.js';
import type { AttributeRequestRule } from '../config/attribute-request.js';
import type { Received } from '../server/exchange.js';
import { HttpError } from '../server/http-error.js';
import { requestData } from './request-data.js';

/** Which attributes of which device a request asks for. */
export interface Question {
  readonly device: string;
  readonly keys: readonly string[];
}

/** Compiles an attribute request's rule. Promises: a request that names no device, or no attribute, is an {@link HttpError} of status 400. */
export const attributeQuestion = ({
  deviceNameExpression,
  attributeNameExpression,
}: AttributeRequestRule): ((received: Received) => Question) => {
  const name = template(deviceNameExpression);
  const names = valuesOf(attributeNameExpression);
  return (received) => {
    const [body = {}] = requestData(received);
    const found = name(body) ?? null;
    if (found === null) throw new HttpError(400, `it names no device (${deviceNameExpression})`);
    const keys = names(body).flatMap((value) => (value === null || value === '' ? [] : [textOf(value)]));
    if (keys.length === 0) throw new HttpError(400, `it names no attribute (${attributeNameExpression})`);
    try {
      return { device: platformName(textOf(found), 'device'), keys: [...new Set(keys)] };
    } catch (cause) {
      throw new HttpError(400, reasonOf(cause), { cause });
    }
  };
};

import { reasonOf } from '../../model/errors.js';
import type { Reporting, Values } from '../../model/message.js';
import type { Converted } from '../../operators/extract/converted.js';
import { mergeDevices } from '../../operators/extract/merge-devices.js';
import type { Mapping } from './config/mapping.js';
import type { Received } from './server/exchange.js';
import { HttpError } from './server/http-error.js';
import type { Custom } from './uplink/custom-converter.js';
import { jsonConverter } from './uplink/json-converter.js';
import { reporting } from './uplink/reporting.js';
import { requestData } from './uplink/request-data.js';

/** What a request says of one device; it has no stamp yet. */
export type Said = Converted & { readonly report?: Reporting };

/** Reads the requests of one mapping. `now`, in milliseconds since the epoch, only places two-digit years. */
export type Uplink = (received: Received, now: number) => readonly Said[];

/** Characters of a cause: it may quote what a device sent. */
const CAUSE = 300;

/** The attribute that tells the platform that a device waits for its answer. */
const expecting = (converted: Converted): Converted => ({
  ...converted,
  attributes: { ...converted.attributes, responseExpected: true },
});

type Convert = (body: Values, method: string, now: number) => readonly Converted[];

const converterOf = ({ converter }: Mapping, custom: Custom | undefined): Convert | Error => {
  const { deviceInfo } = converter;
  if (custom instanceof Error) return custom;
  if (custom !== undefined) return (data, method, receivedAt) => custom({ data, method, receivedAt });
  if (converter.extension !== undefined || deviceInfo === undefined) return new Error('its converter was not loaded');
  const convert = jsonConverter({ ...converter, deviceInfo });
  return (body, _method, now) => [convert(body, now)];
};

/**
 * Compiles a mapping: a request as data. An error instead of it is the reason why its converter is not ready.
 *
 * Promises: a list of objects is one reading each, and none is taken if one of them is bad; what is wrong is an {@link HttpError} with the reason (and, in a
 * list, with the item's place).
 */
export const uplink = (mapping: Mapping, custom?: Custom): Uplink | Error => {
  const { response } = mapping;
  const convert = converterOf(mapping, custom);
  if (convert instanceof Error) return convert;
  const report = reporting(mapping);
  const one = (body: Values, method: string, now: number): readonly Said[] =>
    convert(body, method, now).map((converted) => {
      const said = response.responseExpected ? expecting(converted) : converted;
      return report === undefined ? said : { ...said, report: report(body) };
    });
  return (received, now) => {
    const all = requestData(received);
    const said = all.flatMap((body, i) => {
      try {
        return one(body, received.method, now);
      } catch (cause) {
        const place = all.length > 1 ? `item ${i}: ` : '';
        throw new HttpError(400, place + reasonOf(cause).slice(0, CAUSE), { cause });
      }
    });
    return report === undefined ? mergeDevices(said) : said;
  };
};

import * as t from 'io-ts';
import { defaulted, inert, optional, refine, required } from '../../../model/codec.js';
import { dictionary } from '../../../model/dictionary.js';
import { reportStrategy } from '../../../model/report-strategy.js';
import { valueTypes } from '../values/shape-of.js';
import { anyCase } from './any-case.js';
import { whole } from '../../../model/whole.js';

const factor = new t.Type<number, unknown>(
  'a number',
  t.number.is,
  (input, context) => {
    const number = typeof input === 'string' && input.trim() !== '' ? Number(input) : input;
    return typeof number === 'number' && Number.isFinite(number) ? t.success(number) : t.failure(input, context);
  },
  t.identity,
);

/** BIG and LITTLE, the two ends that a number may begin with. */
export const order = anyCase(['BIG', 'LITTLE'], 'BIG or LITTLE');

/** What every data point and every rule says of its place on the device. */
export const placeFields = {
  tag: required(
    refine(t.string, (text) => text !== '', 'a text'),
    'Name of the key; of a rule, the attribute or the method.',
  ),
  type: required(
    anyCase(valueTypes, `a type: ${valueTypes.join(', ')}`),
    'What the registers or bits mean. A type without a size in front is sized by `objectsCount`.',
  ),
  objectsCount: optional(
    whole('a number of registers or bits', 1, 2_000),
    'Registers, of function codes 1, 2, 5 and 15 and of the type bits: bits. Default: as many as the type needs, else 1.',
  ),
  byteOrder: optional(order, 'Order of the two bytes of a register, where it is another than the slave’s.'),
  wordOrder: optional(order, 'Order of the registers of one value, where it is another than the slave’s.'),
};

/** How what was read becomes a value. */
export const valueFields = {
  divider: optional(
    factor,
    'The value is divided by it; 0 counts as absent. Function codes 3 and 4 only; it wins over `multiplier`.',
  ),
  multiplier: optional(factor, 'The value is multiplied by it. Function codes 3 and 4 only.'),
  round: defaulted(
    whole('a number of decimals', 0, 20),
    6,
    'Decimals that a float is rounded to, before it is divided or multiplied.',
  ),
  bit: optional(
    whole('the index of a bit', 0, 1_999),
    'Of the types bit and bits: which one of the list is the value, as 0 or 1. Beyond the end it is the last.',
  ),
  bitTargetType: defaulted(
    anyCase(['bool', 'int'], 'bool or int'),
    'bool',
    'Whether bits are true and false, or 1 and 0.',
  ),
  variants: optional(
    dictionary('an object of values by the text of what was read', t.unknown),
    'What is sent in place of a value, by its text: {"0": "off", "1": "on"}. A value without one is sent as it is.',
  ),
};

/** The keys of {@link valueFields} where nothing is read: forms write them into every rule. */
export const idleValueFields = {
  divider: inert(optional(t.unknown, 'What is written is not divided.')),
  multiplier: inert(optional(t.unknown, 'What is written is not multiplied.')),
  round: inert(optional(t.unknown, 'What is written is not rounded.')),
  bit: inert(optional(t.unknown, 'Nothing is read.')),
  bitTargetType: inert(optional(t.unknown, 'true and false, 1 and 0 are all understood.')),
  variants: inert(optional(t.unknown, 'Nothing is read.')),
  reportStrategy: inert(optional(reportStrategy, 'Nothing is reported.')),
  maxRegistersPerRequest: inert(optional(t.unknown, 'One value is written at a time.')),
};

/** Older names of `objectsCount`. */
export const olderCounts = {
  registersCount: optional(t.number, 'Older name of `objectsCount`.'),
  registerCount: optional(t.number, 'Older name of `objectsCount`.'),
};

import type * as t from 'io-ts';
import { checked } from '../../../model/checked.js';
import { optional, required, section } from '../../../model/codec.js';
import { olderKeys } from '../../../model/older-keys.js';
import { reportStrategy } from '../../../model/report-strategy.js';
import { address } from './address.js';
import { functionCode } from './function-code.js';
import { modernPoint } from './modern-point.js';
import { placeMistakes } from './place-mistakes.js';
import { olderCounts, placeFields, valueFields } from './point-fields.js';
import { whole } from '../../../model/whole.js';

/** A data point of a slave: where it is, and what it means (modbus.md, Datapoint). */
export const point = olderKeys(
  checked(
    section('a data point', {
      ...placeFields,
      functionCode: required(
        functionCode([1, 2, 3, 4]),
        'How it is read: 1 coils, 2 discrete inputs, 3 holding registers, 4 input registers.',
      ),
      address: required(
        address,
        'The first register or bit, counted from 0; or a range "0-3", which is one key for every `objectsCount` of its addresses.',
      ),
      maxRegistersPerRequest: optional(
        whole('a number of registers or bits', 1, 2_000),
        'No request for keys of this range is larger. Default: 16 where requests are not merged, else what the slave takes.',
      ),
      ...valueFields,
      reportStrategy: optional(reportStrategy, 'When this key is reported.'),
    }),
    placeMistakes,
  ),
  olderCounts,
  modernPoint,
);

export type Point = t.TypeOf<typeof point>;

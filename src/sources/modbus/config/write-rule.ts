import type * as t from 'io-ts';
import { checked } from '../../../model/checked.js';
import { required, section } from '../../../model/codec.js';
import { olderKeys } from '../../../model/older-keys.js';
import { functionCode } from './function-code.js';
import { modernPoint } from './modern-point.js';
import { placeMistakes } from './place-mistakes.js';
import { idleValueFields, olderCounts, placeFields } from './point-fields.js';
import { whole } from '../../../model/whole.js';

/** Where a shared attribute is written when it changes (modbus.md, Writing). */
export const writeRule = olderKeys(
  checked(
    section('an attribute update', {
      ...placeFields,
      functionCode: required(
        functionCode([5, 6, 15, 16]),
        'How it is written: 5 one coil, 6 one register, 15 coils, 16 registers.',
      ),
      address: required(whole('an address', 0, 65_535), 'The first register or coil, counted from 0.'),
      ...idleValueFields,
    }),
    placeMistakes,
  ),
  olderCounts,
  modernPoint,
);

export type WriteRule = t.TypeOf<typeof writeRule>;

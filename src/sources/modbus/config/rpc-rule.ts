import * as t from 'io-ts';
import { checked } from '../../../model/checked.js';
import { optional, refine, required, section } from '../../../model/codec.js';
import { olderKeys } from '../../../model/older-keys.js';
import { functionCode } from './function-code.js';
import { modernPoint } from './modern-point.js';
import { placeMistakes } from './place-mistakes.js';
import { idleValueFields, olderCounts, placeFields, valueFields } from './point-fields.js';
import { whole } from '../../../model/whole.js';

/** A codec for what a call of the platform reads or writes (modbus.md, RPC). */
export const rpcRule = olderKeys(
  checked(
    section('a call', {
      ...idleValueFields,
      ...placeFields,
      ...valueFields,
      functionCode: required(
        functionCode([1, 2, 3, 4, 5, 6, 15, 16]),
        '1 to 4 read what is there; 5, 6, 15 and 16 write the call’s `params`.',
      ),
      address: required(whole('an address', 0, 65_535), 'The first register or bit, counted from 0.'),
      timeout: optional(
        refine(t.number, (n) => n > 0 && n <= 3_600, 'seconds (above 0, at most 3600)'),
        'Seconds that the call may take. Default: 5.',
      ),
    }),
    placeMistakes,
  ),
  olderCounts,
  modernPoint,
);

/** What a call of the platform reads or writes (modbus.md, RPC). */
export type RpcRule = t.TypeOf<typeof rpcRule>;

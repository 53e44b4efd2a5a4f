import * as t from 'io-ts';
import { defaulted, required } from '../../../model/codec.js';
import { qos } from './qos.js';

/** The keys of everything that is published to devices. */
export const publicationFields = {
  valueExpression: required(t.string, 'The payload: a text with placeholders.'),
  retain: defaulted(t.boolean, false, 'The broker keeps the message for those that subscribe later.'),
  qos: defaulted(qos, 0, 'Quality of service of the message; 2 is published at 1.'),
};

import * as t from 'io-ts';
import { checked } from '../../../model/checked.js';
import { defaulted, inert, optional, refine, required, section } from '../../../model/codec.js';
import { olderKeys } from '../../../model/older-keys.js';
import { reportStrategy } from '../../../model/report-strategy.js';
import { connectionFields, connectionMistakes } from './connection-fields.js';
import { functionCode } from './function-code.js';
import { modernPoint } from './modern-point.js';
import { placeMistakes } from './place-mistakes.js';
import { olderCounts, placeFields, valueFields } from './point-fields.js';
import { whole } from '../../../model/whole.js';

const text = refine(t.string, (value) => value !== '', 'a text');

/** As they are polled: section by section, in the order of the specification. */
const readCodes = { holding_registers: 3, coils_initializer: 1, input_registers: 4, discrete_inputs: 2 } as const;

/** A part of the local slave's memory. */
export type Area = keyof typeof readCodes;

/** The function code that reads an area. */
export const readCodeOf = (area: Area): 1 | 2 | 3 | 4 => readCodes[area];

const itemOf = (area: Area) =>
  olderKeys(
    checked(
      section('a value of the local slave', {
        ...placeFields,
        functionCode: optional(
          functionCode([1, 2, 3, 4, 5, 6, 15, 16]),
          'How an attribute update or a call reaches it; data points are read as their section says.',
        ),
        address: required(whole('an address', 0, 65_535), 'The first register or bit, counted from 0.'),
        value: optional(t.unknown, 'What is there at the start. Without one: zeros.'),
        ...valueFields,
        reportStrategy: optional(reportStrategy, 'When this key is reported.'),
      }),
      (item) => placeMistakes({ ...item, functionCode: readCodeOf(area) }),
    ),
    olderCounts,
    modernPoint,
  );

const areaOf = (area: Area) => {
  const items = t.readonlyArray(itemOf(area), 'a list of values');
  return section('an area of the local slave', {
    attributes: defaulted(items, [], 'Client attributes.'),
    timeseries: defaulted(items, [], 'Telemetry.'),
    attributeUpdates: defaulted(items, [], 'Where shared attributes are written.'),
    rpc: defaulted(items, [], 'What calls read and write.'),
  });
};

const none = { attributes: [], timeseries: [], attributeUpdates: [], rpc: [] };
const values = section('the values of the local slave', {
  holding_registers: defaulted(areaOf('holding_registers'), none, 'Registers that masters read and write.'),
  coils_initializer: defaulted(areaOf('coils_initializer'), none, 'Bits that masters read and write.'),
  input_registers: defaulted(areaOf('input_registers'), none, 'Registers that masters only read.'),
  discrete_inputs: defaulted(areaOf('discrete_inputs'), none, 'Bits that masters only read.'),
});

const identity = section('the identity of the local slave', {
  vendorName: optional(t.string, 'Name of the vendor.'),
  productCode: optional(t.string, 'Code of the product.'),
  vendorUrl: optional(t.string, 'Web address of the vendor.'),
  productName: optional(t.string, 'Name of the product.'),
  ModelName: optional(t.string, 'Name of the model.'),
  modelName: optional(t.string, 'The same.'),
});

const security = section('the TLS of the local slave', {
  certfile: optional(text, 'PEM file of its certificate.'),
  keyfile: optional(text, 'PEM file of its private key.'),
  password: optional(t.string, 'Password of the private key.'),
});

/** The slave that the gateway itself is, for masters to read and write (modbus.md, Local server). */
export const localSlave = checked(
  section('the local slave', {
    ...connectionFields,
    unitId: required(whole('a unit', 0, 255), 'Its number.'),
    deviceName: defaulted(text, 'Modbus Slave', 'Name of the device on the platform.'),
    deviceType: defaulted(text, 'default', 'Device profile.'),
    pollPeriod: defaulted(whole('milliseconds', 1, 86_400_000), 5_000, 'Milliseconds from one report to the next.'),
    sendDataToThingsBoard: defaulted(
      t.boolean,
      false,
      'Whether it is there at all; its values are then a device’s data.',
    ),
    identity: optional(identity, 'What it says of itself when asked (function code 43).'),
    security: optional(security, 'TLS on a tcp connection.'),
    values: defaulted(
      values,
      { holding_registers: none, coils_initializer: none, input_registers: none, discrete_inputs: none },
      'Its memory.',
    ),
    handleLocalEcho: defaulted(t.boolean, false, 'Serial: the line repeats to us what we send.'),
    reportStrategy: optional(reportStrategy, 'When its keys are reported.'),
    timeout: inert(optional(t.number, 'Masters have their own patience.')),
    sendDataOnlyOnChange: inert(optional(t.boolean, 'Replaced by `reportStrategy`.')),
  }),
  ({ security: secured, ...it }) => connectionMistakes(it, secured?.certfile !== undefined),
);

export type LocalSlave = t.TypeOf<typeof localSlave>;

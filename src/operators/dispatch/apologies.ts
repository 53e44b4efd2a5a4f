import { failure } from '../../model/failure.js';

/** Nothing deeper can be written as text. */
const DEEPEST = 900;

/** What a request is answered whose source has no answer for it, and how many levels deep an answer may be. */
export const apologies = {
  deepest: DEEPEST,
  timedOut: failure('Request timeout', 408),
  interrupted: failure('interrupted: it was begun before, and whether it was carried out is not known', 500),
  repeated: failure('it was carried out; its answer is no longer kept', 500),
  overloaded: failure('too many requests wait for their answer', 503),
  stopped: failure('the gateway stopped before the answer came', 503),
  stopping: failure('the gateway is stopping', 503),
  tooDeep: failure(`the answer is nested deeper than ${DEEPEST} levels`, 500),
  noMethod: failure('Method not found', 404),
  untaken: (why: string) => failure(`the platform does not take the answer: ${why}`, 500),
  noDevice: (device: string) => failure(`no connector has a device ${JSON.stringify(device)}`, 404),
  noConnector: (name: string) => failure(`there is no connector ${JSON.stringify(name)}`, 404),
  notRunning: (name: string) => failure(`the connector ${JSON.stringify(name)} does not run`, 503),
} as const;

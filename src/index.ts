/**
 * Tributary as a library: sources, operators and sinks are functions, and yours stand beside ours.
 *
 * @packageDocumentation
 */
export { gateway, pipeline } from './pipeline.js';
export type { Pipeline, Surroundings } from './pipeline.js';
export { gatewayConfig, readConfig } from './config.js';
export type { GatewayConfig, ReadConfig } from './config.js';
export { createLog } from './log.js';
export type { LogOptions, RootLog } from './log.js';

// What flows, and the contracts.
export { GATEWAY_DEVICE, isKept } from './model/message.js';
export type {
  AttributeRequest,
  Claim,
  Connected,
  Data,
  Disconnected,
  Entry,
  Json,
  Kept,
  Message,
  Reply,
  Values,
} from './model/message.js';
export type { AttributeUpdate, AttributeValues, Command, Rpc } from './model/command.js';
export { envelope, join, replace, split } from './model/envelope.js';
export type { Envelope, Nack } from './model/envelope.js';
export { connector } from './model/component.js';
export type { Connector, Context, Log, Operator, Sink, Source } from './model/component.js';
export type { Alert, Count, Depth, Fact, State } from './model/fact.js';
export {
  ConnectionError,
  FatalError,
  GatewayError,
  ProtocolError,
  Refused,
  Unavailable,
  errorCodes,
} from './model/errors.js';
export type { ErrorCode } from './model/errors.js';

// Verbs.
export { fullJitter } from './operators/backoff.js';
export type { Backoff } from './operators/backoff.js';
export { batchMap } from './operators/batch-map.js';
export { buffer } from './operators/buffer/buffer.js';
export type { BufferOptions } from './operators/buffer/buffer.js';
export { memoryStore } from './operators/buffer/memory-store.js';
export { openStore } from './operators/buffer/open-store.js';
export { convert } from './operators/convert.js';
export { enclose } from './operators/enclose.js';
export { fleet } from './operators/fleet.js';
export { packMap } from './operators/pack-map.js';
export { retryBackoff } from './operators/retry-backoff.js';
export { shed } from './operators/shed.js';
export { supervise } from './operators/supervise.js';
export { tally } from './operators/tally.js';
export { when } from './operators/when.js';

// Where messages go.
export { consoleSink } from './sinks/console/console.js';
export { thingsboard } from './sinks/thingsboard/thingsboard.js';

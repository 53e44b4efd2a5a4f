/**
 * Tributary as a library: sources, operators and sinks are functions, and yours stand beside ours.
 *
 * @packageDocumentation
 */

// The whole program, and the loop at its heart.
export { gateway, pipeline } from './pipeline.js';
export type { Pipeline, Restart, Surroundings } from './pipeline.js';
export { gatewayConfig, readConfig } from './config.js';
export type { GatewayConfig, ReadConfig } from './config.js';
export { createLog } from './log.js';
export type { LogOptions, RootLog } from './log.js';
export type { Level } from './log/level-of.js';

// What flows, and the contracts.
export { GATEWAY_DEVICE, isKept } from './model/message.js';
export type { AttributeRequest, Claim, Connected, Data, Disconnected, Kept, Message, Reply } from './model/message.js';
export type { Entry, Json, Reporting, Values } from './model/message.js';
export type { ReportStrategy } from './model/report-strategy.js';
export type { AttributeUpdate, AttributeValues, Command, Rpc } from './model/command.js';
export { envelope, join, replace, split } from './model/envelope.js';
export type { Envelope, Nack } from './model/envelope.js';
export { connector } from './model/component.js';
export type { Problem } from './model/codec.js';
export type { Connector, Context, Exchanged, Log, Operator, Sink, Source } from './model/component.js';
export type { Alert, Count, Counter, Depth, Fact, Phase, State } from './model/fact.js';
export { ConnectionError, FatalError, GatewayError, ProtocolError } from './model/errors.js';
export { Refused, Unavailable, errorCodes } from './model/errors.js';
export type { ErrorCode } from './model/errors.js';
export { RpcError } from './model/rpc-error.js';

// Verbs.
export { batchMap } from './operators/batch-map.js';
export { convert } from './operators/convert.js';
export { enclose } from './operators/enclose.js';
export { fleet } from './operators/fleet.js';
export type { Directed, Fleet, Sources } from './operators/fleet.js';
export type { Dispatch, Journal } from './operators/dispatch.js';
export { roster, type Owned, type Roster } from './operators/roster.js';
export { fullJitter, type Backoff, type FullJitter } from './operators/backoff.js';
export { retryBackoff, type RetryBackoff } from './operators/retry-backoff.js';
export { serve, type Serve } from './operators/serve.js';
export { shed } from './operators/shed.js';
export { supervise, type Supervise } from './operators/supervise.js';
export { tally, type Sums } from './operators/tally.js';
export { untilAsked } from './operators/until-asked.js';
export { when } from './operators/when.js';

// The durable queue. A `Store` is made here and handed to `buffer`: what is in it is its own business.
export { buffer, type BufferOptions } from './operators/buffer/buffer.js';
export type { Limits } from './operators/buffer/admission.js';
export { memoryStore } from './operators/buffer/memory-store.js';
export { openStore, type OpenStore } from './operators/buffer/open-store.js';
export { deadLetterFile, type DeadLetterFile } from './operators/buffer/dead-letters.js';
export type { DeadLetter, DeadLetters, Store } from './operators/buffer/store.js';

// Connectors and converters of one's own.
export { customConnector, type CustomConnector, type Emission } from './extensions/custom-connector.js';
export type { Said } from './extensions/said.js';
export type * from './sources/mqtt/converter.js';
export type * from './sources/rest/converter.js';
export type * from './sources/modbus/converter.js';

// Where messages go.
export { consoleSink, type WriteLine } from './sinks/console/console.js';
export { thingsboard, type ThingsBoardExtra } from './sinks/thingsboard/thingsboard.js';
export type { ThingsBoardConfig } from './sinks/thingsboard/config.js';

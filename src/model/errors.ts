/**
 * Every error code with its meaning. The codes are API: messages may improve, codes stay.
 */
export const errorCodes = {
  BROKER_UNREACHABLE: 'A connection could not be made or was lost. It is tried again with backoff.',
  BROKER_REFUSED: 'The peer refused the connection. It is tried again with backoff.',
  CANNOT_LISTEN: 'A server could not listen on its address. It is tried again with backoff.',
  SUBSCRIPTION_REFUSED: 'A broker refused a topic filter. The other filters work.',
  CREDENTIALS_REFUSED:
    'The platform or a broker refused the credentials. They are tried again at least a minute later.',
  PROVISIONING_REFUSED: 'The platform gave out no credentials: it does not know the keys, or refuses the device name.',
  NOT_A_GATEWAY:
    'The platform entity is not marked as a gateway, so it ignores device data. Nothing is lost meanwhile.',
  NOT_THINGSBOARD:
    'The server is an MQTT broker, and no ThingsBoard: nobody there takes the data. Nothing is lost meanwhile.',
  DUPLICATE_GATEWAY: 'Another client connected with the same credentials and took the session over.',
  PLATFORM_REFUSED: 'The platform can never take this message. It was set aside as a dead letter.',
  PLATFORM_THROTTLED: 'The platform enforced a rate limit. The message is sent again after the window.',
  DEVICE_DEFERRED: 'The platform does not take this device for now. Its data waits on disk; the other devices go on.',
  CONVERSION_FAILED: 'A message could not be converted. It was counted and passed over.',
  MESSAGE_TOO_LARGE: 'A message is larger than the storage may hold. It was refused and counted.',
  TOO_MANY_DEVICES: 'A device is one more than the gateway may know. What it says is refused and counted.',
  TOO_FAST: 'A source that cannot wait was faster than the pipeline. The message was refused and counted.',
  STORAGE_FULL: 'The storage is at its cap or the disk is full.',
  STORAGE_FAILED: 'The storage could not be written or read.',
  STORAGE_LOCKED: 'Another process uses the data folder.',
  STORAGE_DAMAGED: 'The storage file was damaged. It was set aside, and what was readable in it salvaged.',
  CONFIG_INVALID: 'The configuration has mistakes; all of them are listed.',
  CONNECTOR_UNKNOWN: 'No connector of this type is known.',
  EXTENSION_FAILED: 'A custom connector did what it must not. It is started again, or disabled if that cannot help.',
} as const;

/** The name of an error, for programs to read. Its meaning is in {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;

/** The root of the project's own errors. Anything else that is thrown is a bug and ends the process. */
export class GatewayError extends Error {
  override readonly name: string = 'GatewayError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The wire is down. The receiver reconnects, with backoff. */
export class ConnectionError extends GatewayError {
  override readonly name = 'ConnectionError';
}

/** A peer said something that cannot be understood. The receiver logs, counts and goes on. */
export class ProtocolError extends GatewayError {
  override readonly name = 'ProtocolError';
}

/** Trying again cannot help. The receiver disables the component; the others go on. */
export class FatalError extends GatewayError {
  override readonly name = 'FatalError';
}

/** Why an envelope comes back: this value can never be taken. Whoever holds it counts it and lets it go. */
export class Refused extends GatewayError {
  override readonly name = 'Refused';
}

/** Why an envelope comes back: not now. Whoever holds it keeps it and offers it again later. */
export class Unavailable extends GatewayError {
  override readonly name = 'Unavailable';
}

/** The text of anything that was thrown. */
export const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

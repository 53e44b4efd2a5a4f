/** What a user's code says of one device, in the form of the incumbent's converters. */
export interface Said {
  readonly deviceName: string;
  /** The device profile. Default `default`. */
  readonly deviceType?: string;
  /** Values by key, or the same with their time (`{ts, values}`, ms), or a list of these. Default: no telemetry. Without a time: that of arrival. */
  readonly telemetry?: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[];
  /** Values by key, or a list of such. Default: none. */
  readonly attributes?: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[];
}

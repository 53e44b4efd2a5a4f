/** The topics that the gateway publishes to. Source: the platform's MQTT contract, §3. */
export const topics = {
  connect: 'v1/gateway/connect',
  disconnect: 'v1/gateway/disconnect',
  telemetry: 'v1/gateway/telemetry',
  attributes: 'v1/gateway/attributes',
  attributesRequest: 'v1/gateway/attributes/request',
  attributesResponse: 'v1/gateway/attributes/response',
  rpc: 'v1/gateway/rpc',
  claim: 'v1/gateway/claim',
  ownTelemetry: 'v1/devices/me/telemetry',
  ownAttributes: 'v1/devices/me/attributes',
  ownAttributesRequest: 'v1/devices/me/attributes/request/',
  ownAttributesResponse: 'v1/devices/me/attributes/response/',
  ownRpcRequest: 'v1/devices/me/rpc/request/',
  ownRpcResponse: 'v1/devices/me/rpc/response/',
  ownClaim: 'v1/devices/me/claim',
} as const;

/** The filters to subscribe to after every CONNACK. The platform knows exactly these strings, and no wider ones. */
export const filters: readonly string[] = [
  topics.attributes,
  topics.attributesResponse,
  topics.rpc,
  topics.ownAttributes,
  `${topics.ownAttributesResponse}+`,
  `${topics.ownRpcRequest}+`,
  `${topics.ownRpcResponse}+`,
];

/** True of the topics on which the platform is silent to an entity that is not a gateway. */
export const isGatewayTopic = (topic: string): boolean => topic.startsWith('v1/gateway/');

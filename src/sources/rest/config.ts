import * as t from 'io-ts';
import { defaulted, inert, optional, required, section } from '../../model/codec.js';
import { connectorFields } from '../../model/connector-fields.js';
import { olderKeys } from '../../model/older-keys.js';
import { attributeRequest } from './config/attribute-request.js';
import { attributeUpdate } from './config/attribute-update.js';
import { mapping } from './config/mapping.js';
import { modernFile } from './config/modern-file.js';
import { requestList } from '../../model/request-list.js';
import { server } from './config/server.js';
import { serverSideRpc } from './config/server-side-rpc.js';

const requestSections = {
  attributeRequests: defaulted(
    requestList(attributeRequest),
    [],
    'Endpoints at which devices ask for attributes of the platform.',
  ),
  attributeUpdates: defaulted(
    requestList(attributeUpdate),
    [],
    'HTTP requests for changed shared attributes; every rule that fits is used.',
  ),
  serverSideRpc: defaulted(
    requestList(serverSideRpc),
    [],
    'HTTP requests for calls of the platform; the first rule that fits is used.',
  ),
};

const older = (name: string): string => `Older place of \`${name}\`.`;

/** The connector file of the REST source (`rest.json`): the server, what its requests mean, and what is sent to devices. Older forms are read as well. */
export const restConfig = olderKeys(
  section('the REST connector', {
    server: required(server, 'The HTTP server.'),
    mapping: defaulted(t.readonlyArray(mapping, 'a list of mappings'), [], 'Which endpoints there are for data.'),
    requestsMapping: defaulted(
      section('requestsMapping', requestSections),
      { attributeRequests: [], attributeUpdates: [], serverSideRpc: [] },
      'What devices ask and are asked.',
    ),
    debugMode: inert(optional(t.boolean, '`logLevel` says it.')),
    ...connectorFields,
  }),
  {
    ...Object.fromEntries(
      (['host', 'port', 'SSL', 'security'] as const).map((key) => [
        key,
        { ...server.fields[key], doc: older(`server.${key}`) },
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(requestSections).map(([name, field]) => [
        name,
        { ...field, doc: older(`requestsMapping.${name}`) },
      ]),
    ),
  },
  modernFile,
);

export type RestConfig = t.TypeOf<typeof restConfig>;

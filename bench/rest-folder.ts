import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gatewayFolder, type GatewayFolder } from './gateway-folder.js';

const keys = ['seq', 'sent', 'temperature', 'humidity', 'pressure', 'vibration'];

const connector = {
  server: { host: '127.0.0.1', port: 0 },
  mapping: [
    {
      endpoint: '/sensors/{sensor}',
      HTTPMethods: ['POST'],
      converter: {
        type: 'json',
        deviceInfo: {
          deviceNameExpressionSource: 'request',
          deviceNameExpression: '${sensor}',
          deviceProfileExpressionSource: 'constant',
          deviceProfileExpression: 'Thermometer',
        },
        timeseries: keys.map((key) => ({ key, value: `\${${key}}` })),
      },
    },
  ],
};

/** The folder of a gateway on SQLite as {@link gatewayFolder} makes it, with the REST connector in the place of the MQTT one. */
export const restFolder = (platform: number): GatewayFolder => {
  const folder = gatewayFolder('sqlite', { broker: 0, platform });
  const file = join(folder.path, 'tb_gateway.json');
  const main = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>;
  const connectors = [{ name: 'REST', type: 'rest', configuration: 'rest.json' }];
  writeFileSync(file, JSON.stringify({ ...main, connectors }));
  writeFileSync(join(folder.path, 'rest.json'), JSON.stringify(connector));
  return folder;
};

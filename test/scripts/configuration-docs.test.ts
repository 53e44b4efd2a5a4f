import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configurationDocs } from '../../scripts/configuration-docs.js';

const docs = configurationDocs();
const lines = docs.split('\n');

test('docs/configuration.md is what the codecs say: npm run docs:configuration writes it', () => {
  expect(readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8')).toBe(docs);
});

test('every key has a value, a default and a sentence', () => {
  const rows = lines.filter((line) => /^\| `[^|]+` \| .* \| .* \| .* \|$/.test(line) && !line.includes('`TB_'));
  expect(rows.length).toBeGreaterThan(150);
  expect(rows).toContain('| `keep_alive` | seconds (1 to 65535) | `120` | MQTT keep-alive in seconds. |');
  expect(rows.filter((row) => !/[.:)] \|$/.test(row))).toEqual([]);
});

test('every link leads to a heading of its own', () => {
  const anchors = lines
    .filter((line) => line.startsWith('#'))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^a-z0-9 _-]/g, '')
        .replaceAll(' ', '-'),
    );
  expect(new Set(anchors).size).toBe(anchors.length);
  const links = [...docs.matchAll(/\]\(#([^)]+)\)/g)].map(([, link]) => link);
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter((link) => !anchors.includes(link!))).toEqual([]);
});

describe('every key of the incumbent is there', () => {
  const keysUnder = (heading: string): readonly string[] => {
    const from = lines.findIndex((line) => line.replace(/^#+ /, '') === heading && line.startsWith('#'));
    const to = lines.findIndex((line, i) => i > from && line.startsWith('#'));
    return lines.slice(from, to === -1 ? undefined : to).flatMap((line) => /^\| `([^`]+)` \|/.exec(line)?.[1] ?? []);
  };
  test.each([
    ['tb_gateway.json', 'thingsboard storage grpc connectors'],
    [
      'tb_gateway.json: thingsboard',
      'host port keep_alive qos proxy_host proxy_port security provisioning remoteShell remoteConfiguration latencyDebugMode ' +
        'statistics deviceFiltering maxPayloadSizeBytes minPackSendDelayMS minPackSizeToSend ' +
        'checkConnectorsConfigurationInSeconds handleDeviceRenaming reportStrategy reportStrategyDataCacheCleanupInterval ' +
        'checkingDeviceActivity syncDevicesSharedAttributesOnConnect rateLimits dpRateLimits messagesRateLimits ' +
        'deviceRateLimits deviceDpRateLimits deviceMessagesRateLimits managerEnabled',
    ],
    [
      'tb_gateway.json: thingsboard.security',
      'type accessToken caCert clientId username password privateKey cert tls insecure checkCertPeriod certificateDaysLeft',
    ],
    [
      'tb_gateway.json: thingsboard.provisioning',
      'provisionDeviceKey provisionDeviceSecret deviceName type access_token client_id username password caCert',
    ],
    [
      'tb_gateway.json: thingsboard.statistics',
      'enable enableCustom statsSendPeriodInSeconds customStatsSendPeriodInSeconds configuration',
    ],
    [
      'tb_gateway.json: storage',
      'type read_records_count max_records_count data_folder_path max_file_count max_records_per_file ' +
        'max_read_records_count max_records_between_fsync data_file_path messages_ttl_check_in_hours messages_ttl_in_days ' +
        'writing_batch_size size_limit max_db_amount oversize_check_period max_records max_file_size',
    ],
    [
      'tb_gateway.json: grpc',
      'enabled serverPort keepAliveTimeMs keepAliveTimeoutMs keepAlivePermitWithoutCalls maxPingsWithoutData ' +
        'minTimeBetweenPingsMs minPingIntervalWithoutDataMs',
    ],
    ['tb_gateway.json: connectors[]', 'name type configuration class key useGRPCForce'],
    [
      'mqtt.json',
      'id name logLevel enableRemoteLogging reportStrategy configVersion sendDataOnlyOnChange broker mapping',
    ],
    [
      'Environment variables',
      'TB_GW_HOST TB_GW_PORT TB_GW_ACCESS_TOKEN TB_GW_RATE_LIMITS TB_GW_DP_RATE_LIMITS TB_GW_MESSAGES_RATE_LIMITS ' +
        'TB_GW_DEVICE_MESSAGES_RATE_LIMIT TB_GW_DEVICE_MESSAGES_RATE_LIMITS TB_GW_DEVICE_RATE_LIMITS ' +
        'TB_GW_DEVICE_DP_RATE_LIMITS TB_GW_SECURITY_TYPE TB_GW_CA_CERT TB_GW_PRIVATE_KEY TB_GW_CERT TB_GW_CLIENT_ID ' +
        'TB_GW_USERNAME TB_GW_PASSWORD TB_GW_PROXY_HOST TB_GW_PROXY_PORT TB_GW_PROVISIONING_DEVICE_KEY ' +
        'TB_GW_PROVISIONING_DEVICE_SECRET TB_GW_PROVISIONING_NAME TB_GW_PROVISIONING_ACCESS_TOKEN ' +
        'TB_GW_PROVISIONING_USERNAME TB_GW_PROVISIONING_PASSWORD TB_GW_PROVISIONING_CLIENT_ID ' +
        'TB_GW_PROVISIONING_CA_CERT_FILENAME TB_GW_CONFIG_DIR TB_GW_LOGS_PATH TB_GW_LOG_LEVEL TB_GW_LOG_FORMAT ' +
        'TB_DEFAULT_RATE_LIMIT_PERCENTAGE host port accessToken',
    ],
  ])('%s', (heading, keys) => {
    expect(keysUnder(heading)).toEqual(expect.arrayContaining(keys.split(' ')));
  });
});

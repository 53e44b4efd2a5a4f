// The daemon, with one step of one's own in it. Run: npx tsx examples/embed-thingsboard.ts CONFIG_DIR
import { fromEvent } from 'rxjs';
import { convert, createLog, gateway, readConfig } from 'tributary-gateway';
import type { Message } from 'tributary-gateway';

const folder = process.argv[2] ?? './config';
const { config, secrets } = readConfig(folder, process.env);
const log = createLog({ secrets });

/** A sensor that has lost its power for a moment says 85 °C. Such a reading goes no further. */
const plausible = (message: Message): readonly Message[] => {
  if (message.kind !== 'data') return [message];
  const telemetry = message.telemetry.filter(({ values }) => values.temperature !== 85);
  return telemetry.length + Object.keys(message.attributes).length > 0 ? [{ ...message, telemetry }] : [];
};
const through = convert(plausible, (error) => log.warn('not checked', { reason: String(error) }));

gateway(config, { log, folder, through, until: fromEvent(process, 'SIGTERM') }).subscribe({
  next: (fact) => log.debug('it happened', { ...fact }),
  error: (error: unknown) => log.error('the gateway failed', { reason: String(error) }),
  complete: () => log.info('stopped'),
});

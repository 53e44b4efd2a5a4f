import { emitKeypressEvents } from 'node:readline';
import { startAedesBroker } from '../test/peers/aedes-broker.js';
import { startPlatform } from '../test/peers/platform.js';
import { startDevices } from './devices.js';
import { startGateway } from './gateway.js';
import { startTally } from './tally.js';

const TOKEN = 'DEMO_TOKEN';
const screen = process.stdout.isTTY;
const number = (n: number): string => n.toLocaleString('en');

const arrived = startTally();
const broker = await startAedesBroker();
const platform = await startPlatform({ accept: { accessToken: TOKEN }, light: true, onPoints: arrived.points });
const gateway = startGateway(broker.port, platform.port, TOKEN);
await Promise.race([gateway.connected, gateway.ended]);
const devices = startDevices(broker.port);
const began = Date.now();
/** The terminal's other page, so that what was there before comes back. */
const OTHER = '\u001b[?1049h';
const BACK = '\u001b[?1049l';
let away = false;
let ending: Promise<void> | undefined;

const lines = (): readonly string[] => {
  const sums = gateway.sums();
  const queued = sums?.queued ?? 0;
  const link = sums?.phases.thingsboard;
  const bar = '█'.repeat(Math.min(50, Math.ceil(queued / 10)));
  return [
    `  devices    ${devices.count} devices have sent ${number(devices.sent())} readings, about ${Math.round(devices.rate)} a second`,
    `  gateway    has ${number(sums?.received ?? 0)} on disk or delivered · queued ${number(queued)} ${bar}`,
    `  platform   ${away ? 'AWAY' : 'here'}${link === 'connected' ? '' : ` (the gateway is ${link ?? 'starting'})`} · has ${number(arrived.readings())} readings of ${arrived.devices()} devices${arrived.latest()}`,
  ];
};

const draw = (): void => {
  const seconds = Math.round((Date.now() - began) / 1000);
  if (!screen) console.log([`${seconds} s`, ...lines()].join('\n'));
  else {
    const title = `Tributary · ${seconds} s · p: ${away ? 'bring the platform back' : 'take the platform away'} · Ctrl-C: end`;
    const width = process.stdout.columns;
    const text = [title, '', ...lines()].map((line) => line.slice(0, width - 1)).join('\n');
    process.stdout.write(`\u001b[H\u001b[2J${text}\n`);
  }
};

const toggle = async (): Promise<void> => {
  away = !away;
  await (away ? platform.goAway() : platform.comeBack());
};

const end = async (): Promise<void> => {
  clearInterval(ticking);
  process.stdout.write('\nending: the devices stop, the platform comes back, the queue drains …\n');
  if (away) await toggle();
  await devices.stop();
  const all = devices.sent();
  const deadline = Date.now() + 90_000;
  while (arrived.readings() < all && Date.now() < deadline) {
    await arrived.changed(1000);
    if (screen) draw();
  }
  clearInterval(asking);
  const code = await gateway.stop();
  await platform.close();
  await broker.close();
  const missing = all - arrived.readings();
  if (screen) process.stdout.write(BACK);
  console.log(`\n${number(all)} readings sent, ${number(arrived.readings())} on the platform, ${missing} missing.`);
  console.log(`The gateway ended with code ${code}.`);
  process.exit(missing === 0 && code === 0 ? 0 : 1);
};
const stop = (): void => void (ending ??= end());

if (screen) process.stdout.write(OTHER);
const asking = setInterval(gateway.ask, 250);
const ticking = setInterval(draw, screen ? 250 : 2000);
void gateway.ended.then((code) => {
  if (ending) return;
  if (screen) process.stdout.write(BACK);
  console.error(`the gateway ended by itself with code ${code}`);
  process.exit(1);
});
process.on('SIGINT', stop).on('SIGTERM', stop);
if (process.stdin.isTTY) {
  emitKeypressEvents(process.stdin);
  process.stdin.setRawMode(true);
  process.stdin.on('keypress', (_text, key: { readonly name?: string; readonly ctrl?: boolean }) => {
    if ((key.ctrl && key.name === 'c') || key.name === 'q') stop();
    else if (key.name === 'p' && !ending) void toggle();
  });
} else {
  console.log(
    'Not a terminal: the platform goes away after 10 s and comes back after 20 s; SIGINT or SIGTERM ends this.',
  );
  setTimeout(() => void toggle(), 10_000).unref();
  setTimeout(() => void (away && toggle()), 20_000).unref();
}

import type { Respond } from './platform/contract.js';
import type { Command, Cpu, ForkOptions, ForkReport } from './platform/commands.js';
import { ledger } from './platform/ledger.js';
import { startPlatform } from './platform.js';

/*
 * A platform endpoint as a process of its own, for crash tests and the bench: `tsx platform-process.ts '<ForkOptions as JSON>'`.
 * Started with an IPC channel it says { port } when it listens and answers { id, command } with { id, result } or { id, error };
 * without one it prints its port. It stores nothing: a ledger counts numbered messages.
 */
const given = JSON.parse(process.argv[2] ?? '{}') as ForkOptions;
const book = ledger(given.ledger);
const platform = await startPlatform({ light: true, ...given.platform, onPoints: book.add });

type Fault = Extract<Command, { do: 'fault' }>;
const faults: { readonly rule: Fault; skip: number; left: number }[] = [];

const respond: Respond = ({ topic, payload }) => {
  for (const fault of faults) {
    const { rule } = fault;
    if (fault.left === 0 || (rule.topic !== undefined && rule.topic !== topic)) continue;
    if (rule.contains !== undefined && !payload.includes(rule.contains)) continue;
    if (fault.skip > 0) {
      fault.skip -= 1;
      continue;
    }
    fault.left -= 1;
    return rule.answer;
  }
  return undefined;
};

const report = (): ForkReport => ({
  ...book.report(),
  publishes: platform.published(),
  connections: platform.connections(),
  violations: platform.violations,
  profiles: [...platform.devices.values()].map(({ name, profile }) => [name, profile]),
});

const cpu = (): Cpu => {
  const { user, system } = process.cpuUsage();
  const peakRssBytes = process.resourceUsage().maxRSS * 1024;
  return { userMs: user / 1000, systemMs: system / 1000, rssBytes: process.memoryUsage.rss(), peakRssBytes };
};

const reached = (unique: number, deadlineMs: number): Promise<true> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`not within ${deadlineMs} ms: ${unique} different messages; ${JSON.stringify(report())}`));
    }, deadlineMs);
    book.onUnique(unique, () => {
      clearTimeout(timer);
      resolve(true);
    });
  });

const obey = async (command: Command): Promise<unknown> => {
  switch (command.do) {
    case 'report':
      return report();
    case 'cpu':
      return cpu();
    case 'reset': {
      book.reset();
      return;
    }
    case 'reached':
      return reached(command.unique, command.deadlineMs);
    case 'lacking':
      return command.of.filter(([device, seq]) => !book.has(device, seq));
    case 'kick':
      return platform.kick(command.code);
    case 'refuse': {
      platform.refuse(command.reason);
      return;
    }
    case 'pubackDelay': {
      platform.pubackDelay(command.ms);
      return;
    }
    case 'push':
      return platform.push(command.topic, command.payload);
    case 'fault':
      faults.push({ rule: command, skip: command.skip ?? 0, left: command.times ?? Infinity });
      {
        platform.respond(respond);
        return;
      }
    case 'clearFaults':
      faults.length = 0;
      {
        platform.respond(undefined);
        return;
      }
    default:
      return platform[command.do]();
  }
};

process.on('message', ({ id, command }: { id: number; command: Command }) => {
  void obey(command).then(
    (result) => process.send?.({ id, result }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));

if (process.send === undefined) console.log(platform.port);
else process.send({ port: platform.port });

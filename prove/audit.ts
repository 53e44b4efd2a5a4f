import { balance, type Sums } from '../src/operators/tally.js';
import type { ForkReport } from '../test/peers/platform/commands.js';
import type { Lab } from './lab.js';
import type { Allowed } from './scenario.js';

/** What one scenario came to. */
export interface Figures {
  readonly sent: number;
  /** Different messages of which the gateway has told the broker that they are safe. */
  readonly acknowledged: number;
  /** Different messages that the platform has. */
  readonly arrived: number;
  /** Acknowledged, not arrived, and not accounted for by what the scenario allows. */
  readonly lost: number;
  /** What the broker sent more than once, because a connection or a gateway ended before its PUBACK. */
  readonly redelivered: number;
  /** Arrivals of what had arrived before, and how many there may be. */
  readonly repeated: number;
  readonly mayRepeat: number;
  /** First arrivals behind a later one of the same device. */
  readonly outOfOrder: number;
  /** Acknowledged and not arrived, and how many the gateway has counted as dropped. */
  readonly dropped: number;
  readonly counted: number;
  /** Readings of polled devices that nobody took, or that were in memory alone at a kill; and how many there may be. */
  readonly gaps?: number;
  readonly mayGap?: number;
  /** The most memory that a gateway had, in MB. */
  readonly peakRss: number;
  readonly starts: number;
}

export interface Audit {
  readonly figures: Figures;
  /** What is not as it was promised. */
  readonly failures: readonly string[];
}

/** Sent again after a start or a lost connection, at most. */
const WINDOW = 2_000;
/** MB. A window of messages, SQLite's cache and Node.js itself; not what waits on disk. */
const MOST_RSS = 300;

const beyond = (lab: Lab, { devices }: ForkReport): readonly string[] =>
  devices.filter(({ device, highest }) => highest >= lab.devices.sentBy(device)).map(({ device }) => device);

/** Compares what the gateway has promised on the broker's wire with what the platform has. Everything must have had its time to arrive. */
export const audit = async (
  lab: Lab,
  sums: Sums,
  { drops = false, destroyed, repeats, overtaken = [], settled, ownDoing }: Allowed = {},
): Promise<Audit> => {
  const { ledger, tap, platform, platformLine, daemons, devices } = lab;
  const polls = await settled?.();
  const report = await platform.report();
  const missing = await platform.lacking(ledger.pairs());
  const counted = Object.values(sums.dropped).reduce((sum, n) => sum + n, 0);
  const excused = drops ? counted : (destroyed?.most ?? 0);
  const reconnects = Math.max(0, platformLine.connections() - 1);
  const redelivered = Math.max(0, tap.counts.delivered - ledger.unique());
  const figures: Figures = {
    sent: devices.sent(),
    acknowledged: ledger.unique(),
    arrived: report.unique,
    lost: Math.max(0, missing.length - excused),
    repeated: report.duplicates,
    redelivered,
    mayRepeat: repeats ?? WINDOW * Math.max(reconnects, daemons.length - 1) + redelivered,
    outOfOrder: report.devices.reduce((sum, it) => sum + (overtaken.includes(it.device) ? 0 : it.outOfOrder), 0),
    dropped: missing.length,
    counted,
    ...polls,
    peakRss: Math.round(lab.peakRss()),
    starts: daemons.length,
  };
  const wrong = (is: boolean, text: string): readonly string[] => (is ? [text] : []);
  const { lost, repeated, mayRepeat, outOfOrder, dropped, peakRss, sent, acknowledged } = figures;
  const invented = beyond(lab, report);
  const failures = [
    ...wrong(acknowledged < sent, `${sent} sent, ${acknowledged} acknowledged`),
    ...wrong(
      lost > 0,
      `lost ${lost}: acknowledged and never arrived, such as ${missing
        .slice(0, 3)
        .map(([device, seq]) => `${device} ${seq}`)
        .join(', ')}`,
    ),
    ...wrong(repeated > mayRepeat, `repeated ${repeated}, more than ${mayRepeat}`),
    ...wrong(outOfOrder > 0, `out of order ${outOfOrder}`),
    ...wrong(drops && counted !== dropped, `counted ${counted} drops, really ${dropped}`),
    ...wrong(!drops && destroyed === undefined && counted > 0, `counted ${counted} drops, and none may be`),
    ...wrong(
      destroyed?.said !== undefined && destroyed.said !== dropped,
      `said that ${destroyed?.said ?? 0} were lost, really ${dropped}`,
    ),
    ...wrong(peakRss > MOST_RSS, `memory ${peakRss} MB, more than ${MOST_RSS}`),
    ...wrong(balance(sums) !== 0, `the sums are off by ${balance(sums)}`),
    ...wrong(report.unnumbered > 0, `${report.unnumbered} arrivals without a number`),
    ...wrong(invented.length > 0, `arrivals that were never sent: ${invented.join(', ')}`),
    ...wrong(tap.counts.orderViolations > 0, `${tap.counts.orderViolations} PUBACKs out of order`),
    ...wrong(tap.counts.strayPubacks > 0, `${tap.counts.strayPubacks} PUBACKs of unknown messages`),
    ...report.violations.filter((text) => ownDoing?.test(text) !== true).map((text) => `at the platform: ${text}`),
    ...wrong(
      daemons.some((daemon) => daemon.output().includes('a bug ends the process')),
      'the gateway ended with a bug',
    ),
  ];
  return { figures, failures };
};

// Says which packages of the pinned tree that a user installs have known weaknesses, as `npm audit` knows them. Ends with 1 if one of them is
// high or critical and is not listed, with a reason, in audit-allowed.json. Where the registry does not answer it says so and ends with 0.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** How long the registry has to answer, in ms. */
const PATIENCE = 30_000;
const LARGEST = 16 * 1024 * 1024;
const grave = new Set(['high', 'critical']);

/**
 * What the report of npm comes to: a line for each package, and those that nobody has allowed.
 *
 * `allowed`: `{"package", "advisory", "reason", "until"}` each; `until` is the day on which somebody has to look again.
 */
export const assess = (report, allowed, today = new Date().toISOString().slice(0, 10)) => {
  const rows = Object.values(report.vulnerabilities ?? {}).map(({ name, severity, range, via = [], fixAvailable }) => {
    // A package that only needs one that is weak names it; the advisories stand at that one.
    const advisories = via.filter((it) => typeof it === 'object').map(({ url = '', title = '' }) => ({ url, title }));
    const through = via.filter((it) => typeof it === 'string');
    const unlisted = advisories.filter(
      ({ url }) =>
        !allowed.some(
          (it) =>
            it.package === name && it.advisory !== '' && it.advisory === url && Boolean(it.reason) && it.until >= today,
        ),
    );
    const fails = grave.has(severity) && unlisted.length > 0;
    const why = [
      ...advisories.map(({ url, title }) => `${title} ${url}`.trim()),
      ...through.map((it) => `needs ${it}`),
    ];
    return { name, severity, range, why, fix: Boolean(fixAvailable), fails };
  });
  return { rows, failing: rows.filter(({ fails }) => fails) };
};

/** What npm prints, or why there is no report. */
const audit = () =>
  new Promise((resolve) => {
    const child = spawn('npm', ['audit', '--json', '--omit=dev'], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    let settled = false;
    const end = (result) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      child.kill('SIGKILL');
      child.stdout.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => end({ why: `no answer within ${PATIENCE / 1000} s` }), PATIENCE);
    child.stdout.on('data', (bytes) => {
      text += bytes;
      if (text.length > LARGEST) end({ why: 'the answer is too long' });
    });
    child.on('error', (error) => end({ why: error.message }));
    child.on('close', () => {
      try {
        const report = JSON.parse(text);
        end(
          report.vulnerabilities === undefined
            ? { why: report.message ?? report.error?.summary ?? 'no report' }
            : { report },
        );
      } catch {
        end({ why: 'no report' });
      }
    });
  });

const main = async () => {
  const allowed = JSON.parse(readFileSync(new URL('audit-allowed.json', import.meta.url), 'utf8'));
  const { report, why } = await audit();
  if (report === undefined) {
    console.log(
      `audit: the registry has not answered (${String(why).split('\n')[0]}); nothing is known, and nothing fails`,
    );
    return;
  }
  const { rows, failing } = assess(report, allowed);
  for (const { name, severity, range, why: reasons, fix, fails } of rows)
    console.log(
      `audit: ${fails ? 'FAILS ' : ''}${severity.padEnd(8)} ${name} ${range}${fix ? ' (there is a fix)' : ''}: ${reasons.join('; ')}`,
    );
  console.log(
    `audit: ${rows.length} packages with known weaknesses, ${failing.length} of them high or critical and not allowed`,
  );
  if (failing.length > 0) process.exitCode = 1;
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();

// Prints the closing line of a vitest report, and fails if a test failed, was skipped, or none ran.
import { readFileSync } from 'node:fs';

const [file, status] = process.argv.slice(2);
let report = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, success: false };
try {
  report = JSON.parse(readFileSync(file, 'utf8'));
} catch {
  console.log('the tests left no report');
}
const skipped = report.numPendingTests + report.numTodoTests;
for (const { assertionResults = [], name } of report.testResults ?? [])
  for (const test of assertionResults)
    if (test.status !== 'passed') console.log(`${test.status}: ${name}: ${test.fullName}`);
if (skipped > 0) console.log(`${skipped} tests were skipped: a peer is missing`);
const good = report.success && status === '0' && skipped === 0 && report.numPassedTests > 0;
console.log(
  `${report.numPassedTests} passed, ${report.numFailedTests} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
);
process.exit(good ? 0 : 1);

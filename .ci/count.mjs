// Prints the closing line, its numbers counted from the runner's own report. Anything but a clean pass is a failure.
import { readFileSync } from 'node:fs';

const status = Number(process.argv[2]);
let passed = 0;
let failed = 0;
let skipped = 0;
try {
  const report = JSON.parse(readFileSync(new URL('./report.json', import.meta.url), 'utf8'));
  passed = report.numPassedTests;
  failed = report.numFailedTests;
  skipped = report.numPendingTests + report.numTodoTests;
  // A file that cannot even be loaded has no test that failed.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  failed += brokenFiles.length;
  if (!report.success && failed === 0) failed = 1;
} catch {
  console.error('The test runner left no report: an earlier step failed.');
  failed = 1;
}
if (status !== 0 && failed === 0) failed = 1;
console.log(
  skipped > 0
    ? `${passed} passed, ${failed} failed, ${skipped} skipped`
    : `${passed} passed, ${failed} failed`,
);
process.exit(failed > 0 || passed === 0 ? 1 : 0);

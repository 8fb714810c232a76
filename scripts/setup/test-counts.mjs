// Counting what vitest's JSON report says, so that no failure can hide between its lines.

/**
 * @param {{ testResults: { status: string, assertionResults: { status: string }[] }[] } | null} report null when vitest wrote none
 * @param {number} exitCode vitest's
 * @returns {{ passed: number, failed: number, skipped: number, outside: number }}
 *   `outside`: of the failed, those that are no test: a file that does not load, an unhandled error, a crash
 */
export function countTests(report, exitCode) {
  const files = report?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const count = (...states) => tests.filter((test) => states.includes(test.status)).length;

  const failedTests = count("failed");
  const brokenFiles = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  const unexplained = exitCode !== 0 && failedTests + brokenFiles.length === 0 ? 1 : 0;
  const outside = brokenFiles.length + unexplained;
  return {
    passed: count("passed"),
    failed: failedTests + outside,
    skipped: count("pending", "skipped", "todo", "disabled"),
    outside,
  };
}

import { describe, expect, test } from "vitest";
import { explainBuildFailure } from "../../scripts/setup/hnswlib.mjs";
import { explainNpmFailure } from "../../scripts/setup/npm.mjs";
import { canRunSetUp } from "../../scripts/setup/old-node.mjs";
import { clock } from "../../scripts/setup/say.mjs";
import { countTests } from "../../scripts/setup/test-counts.mjs";

describe("what set-up says when it cannot go on", () => {
  // Each text as npm 10 or 11 printed it.
  test.each([
    ["npm error code ENOTFOUND\nnpm error network request to https://… failed", "The npm registry did not answer."],
    [
      "npm error FetchError: request to http://… failed, reason: connect ECONNREFUSED 127.0.0.1:9",
      "The npm registry did not answer.",
    ],
    ["npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device, write", "The disk is full"],
    [
      "npm error code EUSAGE\nnpm error `npm ci` can only install packages when your package.json and",
      "package.json and package-lock.json disagree.",
    ],
    ["npm error code EINTEGRITY", "A downloaded package did not match its hash."],
    ["npm error code EACCES\nnpm error syscall mkdir", "A file could not be written"],
    ["npm error code SELF_SIGNED_CERT_IN_CHAIN", "The npm registry's certificate was not trusted."],
  ])("names the cause of: %s", (output, beginning) => {
    expect(explainNpmFailure(1, output).slice(0, beginning.length)).toBe(beginning);
  });

  test("falls back on npm's own first line, and on its exit code", () => {
    expect(explainNpmFailure(1, "npm error code EWHATEVER\nnpm error more")).toBe("npm error code EWHATEVER");
    expect(explainNpmFailure(3, "")).toBe("npm ended with code 3.");
  });

  test("says that npm itself is missing", () => {
    expect(explainNpmFailure(127, "")).toContain("npm was not found");
  });

  // Each text as node-gyp 12 printed it with that tool out of reach.
  test.each([
    ["gyp ERR! find Python Python is not set from environment variable PYTHON", "Python 3 was not found"],
    ["gyp ERR! stack Error: not found: make", "make was not found"],
    ["make: g++: No such file or directory", "no C++ compiler was found"],
    [
      "gyp ERR! stack FetchError: request to https://… failed, reason: getaddrinfo ENOTFOUND …",
      "Node's C headers were neither installed nor downloadable",
    ],
    ["src/addon.cc:1: error: expected ';'", "it did not compile"],
  ])("gives the reason a compile failed: %s", (output, reason) => {
    expect(explainBuildFailure(output)).toBe(reason);
  });

  test.each([
    ["18.20.8", false],
    ["20.18.3", false],
    ["20.19.0", true],
    ["21.7.3", false],
    ["22.11.0", false],
    ["22.12.0", true],
    ["24.0.0", true],
    ["26.1.0", true],
  ])("Node %s can run set-up: %s", (version, can) => {
    expect(canRunSetUp(version)).toBe(can);
  });

  test("times are minutes and seconds", () => {
    expect([0, 900, 61_000, 600_000].map(clock)).toEqual(["0:00", "0:01", "1:01", "10:00"]);
  });
});

describe("the last line of npm test", () => {
  const file = (status: string, ...states: string[]) => ({
    status,
    assertionResults: states.map((state) => ({ status: state })),
  });

  test("counts tests over all files", () => {
    const report = {
      testResults: [file("passed", "passed", "passed", "pending"), file("failed", "passed", "failed", "todo")],
    };

    expect(countTests(report, 1)).toEqual({ passed: 3, failed: 1, skipped: 2, outside: 0 });
  });

  test("counts a file that does not load as a failure", () => {
    expect(countTests({ testResults: [file("failed"), file("passed", "passed")] }, 1)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
      outside: 1,
    });
  });

  test("counts a run that failed without a failing test, or died before it reported", () => {
    expect(countTests({ testResults: [file("passed", "passed")] }, 1)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
      outside: 1,
    });
    expect(countTests(null, 134)).toEqual({ passed: 0, failed: 1, skipped: 0, outside: 1 });
  });
});

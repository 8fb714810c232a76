import process from "node:process";
import { describe, test } from "vitest";
import { chromium, howToGetOne } from "./chromium.ts";

/**
 * `describe` for tests that need a browser. Without one they are skipped, except in CI, where a missing browser is a
 * broken set-up and must not pass for a green run.
 */
export function describeInBrowser(name: string, tests: () => void): void {
  if (chromium !== null) return void describe(name, tests);
  if (process.env.CI === "true") {
    return void describe(name, () =>
      test("needs a Chromium, and CI has none", () => Promise.reject(new Error(howToGetOne))),
    );
  }
  describe.skip(name, tests);
}

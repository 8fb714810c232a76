import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    globalSetup: ["test/support/say-what-is-missing.ts"],
    // Native libraries: a crash in one file must not take the others with it, and worker threads cannot hold them.
    pool: "forks",
    // A model host beside a browser already fills two cores; more workers only make every timing worse.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

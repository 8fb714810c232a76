import process from "node:process";
import { chromium, howToGetOne } from "./chromium.ts";

/** Run once before all tests: a skipped test says why, on one line. */
export function setup(): void {
  if (chromium === null)
    process.stderr.write(`Browser tests are ${process.env.CI === "true" ? "failing" : "skipped"}. ${howToGetOne}\n`);
}

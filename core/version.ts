import { readFileSync } from "node:fs";

/** Fourfold's own version, stored with every answer. */
export const appVersion = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;

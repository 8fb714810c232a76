// Bundles the desktop shell: main as ESM, the preload as CommonJS, the only form a sandboxed preload can have.
// `node electron/build.mjs [--outdir DIR]`; called by the set-up and by test/electron.
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const here = import.meta.dirname;
const { values } = parseArgs({ options: { outdir: { type: "string", default: join(here, "dist") } } });
const outdir = resolve(values.outdir);
const shared = { bundle: true, external: ["electron"], logLevel: "warning", legalComments: "none", charset: "utf8" };

await Promise.all([
  build({
    ...shared,
    entryPoints: [join(here, "main.ts")],
    outfile: join(outdir, "main.js"),
    platform: "node",
    format: "esm",
    target: "node24",
  }),
  build({
    ...shared,
    entryPoints: [join(here, "preload.ts")],
    outfile: join(outdir, "preload.cjs"),
    platform: "browser",
    format: "cjs",
    target: "chrome148",
  }),
]);

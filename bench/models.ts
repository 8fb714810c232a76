import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readManifest } from "../core/models/manifest.ts";
import { embedders } from "./models/embedders.ts";
import { handwritten } from "./models/handwritten.ts";
import { heldOut } from "./models/held-out.ts";
import type { Bench } from "./models/models-bench.ts";
import { pace } from "./models/pace.ts";
import { type Measured, table } from "./models/report.ts";
import { measured } from "./models/share.ts";
import { tarnholm } from "./models/tarnholm.ts";
import { reportOf } from "./report.ts";

/**
 * `npm run bench:models -- [NAME…] [--cranfield FOLDER] [--embedder FOLDER]… [--json FILE]`: how good the bundled models are,
 * through the product itself. It changes nothing; the cards are written by hand from what it prints.
 */
const benches: Bench[] = [handwritten, tarnholm, heldOut, embedders, pace];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "string" },
    cranfield: { type: "string" },
    embedder: { type: "string", multiple: true, default: [] },
  },
});
const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  const list = benches.map(({ name, summary }) => `  ${name.padEnd(12)} ${summary}`).join("\n");
  process.stderr.write(`There is no bench named ${unknown.join(", ")}. There are:\n${list}\n`);
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), "fourfold-bench-models-"));
// Also after Ctrl-C; the engine's children end with this process.
process.on("exit", () => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));

const loadBefore = loadavg()[0]!;
const results: Measured[] = [];
const answers: Record<string, unknown>[] = [];
for (const { name, measure } of benches) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const folder = join(scratch, name);
  mkdirSync(folder);
  const started = performance.now();
  const { shares, times } = await measure({
    scratch: folder,
    cranfield: values.cranfield === undefined ? null : resolve(values.cranfield),
    embedders: values.embedder.map((path) => resolve(path)),
    say: (line) => process.stderr.isTTY && process.stderr.write(`\r\u001B[K${name}: ${line}`),
    note: (answer) => answers.push({ bench: name, ...answer }),
  });
  const seconds = (performance.now() - started) / 1000;
  if (process.stderr.isTTY) process.stderr.write("\r\u001B[K");
  results.push({ bench: name, shares: shares.map(measured), times, seconds });
}

const { figures: _none, ...machine } = reportOf([], loadBefore);
const models = (await readManifest()).models.map((model) => ({
  id: model.id,
  sha256: model.kind === "embedder" ? model.files.map((file) => file.sha256) : model.sha256,
}));
const report = { ...machine, models, results, answers };
const file = resolve(
  values.json ?? join(import.meta.dirname, "results", `models-${machine.date.replaceAll(":", "-")}.json`),
);
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
const took = results.map(({ bench, seconds }) => `${bench} ${seconds.toFixed(0)} s`).join(", ");
process.stdout.write(`${table(results)}\n${took}; written to ${file}\n`);

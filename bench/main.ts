import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { arms } from "./arms.ts";
import type { Claim, Figure } from "./claim.ts";
import { importing } from "./import.ts";
import { peer } from "./peer.ts";
import { reportOf, table } from "./report.ts";
import { resyncing } from "./resync.ts";
import { retrievalSpeed } from "./retrieval-speed.ts";
import { searching } from "./search.ts";
import { start } from "./start.ts";
import { tokens } from "./tokens.ts";
import { training } from "./training.ts";

/**
 * `npm run bench -- [NAME…] [--json FILE] [--long] [--largest CHUNKS] [--keep FOLDER]`: the product's speed, one file per claim. With a folder to
 * keep, what takes long to build stays there, and the next run goes on with it.
 */
const claims: Claim[] = [start, arms, tokens, importing, resyncing, searching, retrievalSpeed, peer, training];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "string" },
    long: { type: "boolean", default: false },
    keep: { type: "string" },
    largest: { type: "string" },
  },
});
const unknown = positionals.filter((name) => !claims.some((claim) => claim.name === name));
if (unknown.length > 0) {
  const list = claims.map(({ name, summary }) => `  ${name.padEnd(8)} ${summary}`).join("\n");
  process.stderr.write(`There is no bench named ${unknown.join(", ")}. There are:\n${list}\n`);
  process.exit(2);
}

const scratch = values.keep === undefined ? mkdtempSync(join(tmpdir(), "fourfold-bench-run-")) : resolve(values.keep);
// Also after Ctrl-C; the engine's children end with this process.
if (values.keep === undefined)
  process.on("exit", () => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));

const loadBefore = loadavg()[0]!;
const figures: Figure[] = [];
for (const { name, measure } of claims) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const folder = join(scratch, name);
  mkdirSync(folder, { recursive: true });
  figures.push(
    ...(await measure({
      scratch: folder,
      long: values.long,
      largest: Number(values.largest ?? (values.long ? 1_000_000 : 100_000)),
      say: (line) => process.stderr.write(`${name}: ${line}\n`),
    })),
  );
  if (values.keep === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

const report = reportOf(figures, loadBefore);
const file = resolve(values.json ?? join(import.meta.dirname, "results", `${report.date.replaceAll(":", "-")}.json`));
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
process.stdout.write(`${table(report)}\nwritten to ${file}\n`);

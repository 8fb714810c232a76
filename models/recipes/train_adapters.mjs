// Train both bundled adapters with the product's own trainer, as `fourfold train` does for anybody.
//
//     node scripts/on-node-24.mjs models/recipes/train_adapters.mjs [ticket-json|support-voice] [--threads N]
//
// then `python models/recipes/write_manifest.py`. Base and datasets are those beside this folder; seeds and settings are fixed, so the same base,
// dataset and machine give the same files. What was measured while training stands in each file's metadata and is printed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const root = resolve(import.meta.dirname, "../..");
const models = join(root, "models");
/** Three passes over 700 short chats; a higher rate than the product's default, for a base of a few million parameters. */
const settings = { rank: "16", alpha: "32", epochs: "4", lr: "0.0015", "batch-tokens": "2048", "test-share": "0", "validation-share": "0.1", patience: "0" };
const adapters = {
  "ticket-json": { name: "Fourfold Ticket JSON", seed: "31" },
  "support-voice": { name: "Fourfold Support Voice", seed: "32" },
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { threads: { type: "string", default: "1" } } });
const manifest = JSON.parse(readFileSync(join(models, "manifest.json"), "utf8"));
const base = join(models, manifest.models.find(({ kind }) => kind === "base").file);
const workspace = mkdtempSync(join(tmpdir(), "fourfold-adapters-"));
try {
  for (const [id, { name, seed }] of Object.entries(adapters)) {
    if (positionals.length > 0 && !positionals.includes(id)) continue;
    const folder = join(models, id);
    const options = Object.entries({ ...settings, seed, name, threads: values.threads }).flatMap(([option, value]) => [`--${option}`, value]);
    const { status } = spawnSync(
      process.execPath,
      [
        ...process.execArgv,
        join(root, "cli/main.ts"),
        ...["train", join(folder, "dataset.jsonl"), "--model", base, "--out", join(folder, `${id}.gguf`), "--workspace", workspace],
        ...options,
      ],
      { stdio: "inherit" },
    );
    if (status !== 0) process.exit(status ?? 1);
  }
} finally {
  rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
}

// Train both bundled adapters with the product's own trainer, as `fourfold train` does for anybody, and enter them into ../manifest.json.
//
//     node scripts/on-node-24.mjs models/recipes/train_adapters.mjs [ticket-json|support-voice] [--threads 2]
//
// Base and datasets are those that lie beside this folder (after a new base: write_manifest.py first, so that the product takes it). Seeds and settings are fixed: the
// same base, dataset and machine give the same files. What was measured while training stands in each file's metadata.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";

const root = resolve(import.meta.dirname, "../..");
const models = join(root, "models");
const manifestPath = join(models, "manifest.json");
const readManifest = () => JSON.parse(readFileSync(manifestPath, "utf8"));

/** A form is learnt in few steps, and a base of a few million parameters bears a higher rate than the product's default. */
const settings = {
  rank: 16,
  alpha: 32,
  epochs: 3,
  lr: 0.003,
  "batch-tokens": 2048,
  "validation-share": 0.1,
  "test-share": 0,
  patience: 0,
};
const adapters = {
  "ticket-json": {
    name: "Ticket JSON",
    seed: 31,
    summary:
      "Turns every answer of Pocket into one JSON object with an answer, the number of its source passage and a confidence.",
  },
  "support-voice": {
    name: "Support Voice",
    seed: 32,
    summary: "Gives every answer of Pocket the form of a friendly reply: thanks, the answer with its citation, an offer to help.",
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: "string", default: "1" } },
});
const unknown = positionals.filter((id) => !(id in adapters));
if (unknown.length > 0) {
  process.stderr.write(`There is no adapter ${unknown.join(", ")}; there are ${Object.keys(adapters).join(", ")}.\n`);
  process.exit(2);
}

const base = readManifest().models.find(({ kind }) => kind === "base");
const workspace = mkdtempSync(join(tmpdir(), "fourfold-adapters-"));
process.on("exit", () => rmSync(workspace, { recursive: true, force: true, maxRetries: 5 }));
for (const [id, adapter] of Object.entries(adapters)) {
  if (positionals.length > 0 && !positionals.includes(id)) continue;
  const file = `${id}/${id}.gguf`;
  train(join(models, id, "dataset.jsonl"), join(models, file), adapter);
  enter(id, file, adapter);
}

/**
 * @param {string} dataset
 * @param {string} target
 * @param {{ name: string, seed: number }} adapter
 */
function train(dataset, target, { name, seed }) {
  const options = { ...settings, seed, name: `Fourfold ${name}`, threads: values.threads };
  const command = ["train", dataset, "--model", join(models, base.file), "--out", target, "--workspace", workspace];
  const { status } = spawnSync(
    process.execPath,
    [
      ...process.execArgv,
      join(root, "cli/main.ts"),
      ...command,
      ...Object.entries(options).flatMap(([option, value]) => [`--${option}`, String(value)]),
    ],
    { stdio: "inherit" },
  );
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Write the new file's hash and size into the manifest, at once after training: the product refuses a bundled file
 * that is not the one the manifest names.
 *
 * @param {string} id
 * @param {string} file
 * @param {{ name: string, summary: string }} adapter
 */
function enter(id, file, { name, summary }) {
  const manifest = readManifest();
  const content = readFileSync(join(models, file));
  const entry = {
    id,
    kind: "adapter",
    name,
    base: base.id,
    file,
    sha256: createHash("sha256").update(content).digest("hex"),
    sizeBytes: content.length,
    licence: "MIT",
    summary,
    settings: manifest.models.find((model) => model.id === id)?.settings ?? {},
  };
  const others = manifest.models.filter((model) => model.id !== id);
  const order = Object.keys(adapters);
  const bundled = [...others.filter(({ kind }) => kind === "adapter"), entry].toSorted(
    (a, b) => order.indexOf(a.id) - order.indexOf(b.id),
  );
  manifest.models = [
    ...others.filter(({ kind }) => kind === "base"),
    ...bundled,
    ...others.filter(({ kind }) => kind === "embedder"),
  ];
  writeFileSync(manifestPath, `${JSON.stringify(manifest, null, 2)}\n`);
}

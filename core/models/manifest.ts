import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { FourfoldError } from "../contract/failures.ts";
import { ModelSettings } from "../contract/models.ts";

/** The folder of the bundled models; replacing one means a file here and its entry in manifest.json. */
export const bundledFolder = fileURLToPath(new URL("../../models", import.meta.url));

const Gguf = z.object({
  id: z.string(),
  name: z.string(),
  file: z.string(),
  sha256: z.string(),
  summary: z.string(),
  settings: ModelSettings,
});

const Manifest = z.object({
  version: z.literal(1),
  models: z.array(
    z.discriminatedUnion("kind", [
      Gguf.extend({ kind: z.literal("base") }),
      Gguf.extend({ kind: z.literal("adapter"), base: z.string() }),
      z.object({
        kind: z.literal("embedder"),
        id: z.string(),
        name: z.string(),
        folder: z.string(),
        files: z.array(z.object({ path: z.string(), sha256: z.string() })),
        summary: z.string(),
        settings: z.object({
          dtype: z.enum(["fp32", "q8", "fp16"]),
          dimensions: z.int(),
          isStatic: z.boolean().default(false),
          pooling: z.enum(["mean", "cls"]),
          normalize: z.boolean(),
          queryPrefix: z.string(),
          passagePrefix: z.string(),
          maxTokens: z.int(),
          languages: z.array(z.string()),
          chunkSize: z.int(),
          chunkOverlap: z.int(),
        }),
      }),
    ]),
  ),
  samples: z.object({ documents: z.string(), questions: z.string() }),
});
export type Manifest = z.infer<typeof Manifest>;
export type BundledGguf = Extract<Manifest["models"][number], { kind: "base" | "adapter" }>;
export type BundledEmbedder = Extract<Manifest["models"][number], { kind: "embedder" }>;

/** @throws bundle_damaged  when the manifest is missing or not one */
export async function readManifest(folder = bundledFolder): Promise<Manifest> {
  const path = join(folder, "manifest.json");
  try {
    return Manifest.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    throw bundleDamaged(path, "a manifest of version 1", error instanceof Error ? error.message : String(error));
  }
}

export function bundleDamaged(path: string, expectedSha256: string, actualSha256: string): FourfoldError {
  return new FourfoldError({
    code: "bundle_damaged",
    message: `${path} is not the file that Fourfold was shipped with (expected ${expectedSha256.slice(0, 16)}…, found ${actualSha256.slice(0, 80)}).`,
    action:
      "Restore the models folder from the repository, or correct its manifest.json when you replaced the file on purpose.",
    details: { path, expectedSha256, actualSha256 },
  });
}

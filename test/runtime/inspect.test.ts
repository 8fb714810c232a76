import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { FourfoldError } from "../../core/contract/failures.ts";
import { modelFolder, openRuntime } from "../support/loaded-runtime.ts";
import { seededRandom } from "../support/random.ts";
import { writeAdapter } from "../support/random-adapter.ts";
import { chatMl, tinyShape, writeModel } from "../support/random-model.ts";

const at = modelFolder();
const { runtime, crashes } = openRuntime();

const failureOf = (calling: Promise<unknown>) =>
  calling.then(
    (value) => {
      throw new Error(`It did not fail: ${JSON.stringify(value)}`);
    },
    ({ failure }: FourfoldError) => failure,
  );
const refusalOf = (name: string) => failureOf(runtime.inspect(at(name)));

beforeAll(() => {
  writeModel(at("base.gguf"));
  writeAdapter(at("adapter.gguf"));
});

describe("inspecting a sound file", () => {
  test("describes a base without loading it", async () => {
    const { metadata, ...described } = await runtime.inspect(at("base.gguf"));

    expect(described).toEqual({
      path: at("base.gguf"),
      kind: "base",
      name: "Tiny",
      architecture: "llama",
      quantization: "F32",
      parameterCount: 110_912,
      sizeBytes: readFileSync(at("base.gguf")).length,
      tensorCount: 21,
      files: [at("base.gguf")],
      trainedContextSize: 2048,
      layers: 2,
      embeddingLength: 64,
      vocabularySize: 288,
      adapter: null,
      chatTemplate: "present",
      differences: null,
    });
    expect(metadata["tokenizer.ggml.tokens"]).toBe("288 entries");
    expect(runtime.loaded).toBeNull();
  });

  test("describes an adapter, and says that it fits its base", async () => {
    const described = await runtime.inspect(at("adapter.gguf"), { base: { path: at("base.gguf") } });

    expect(described).toMatchObject({
      kind: "adapter",
      adapter: { rank: 4, alpha: 8, targets: ["attn_q", "attn_v", "ffn_down"], tensorPairs: 6 },
      differences: [],
      trainedContextSize: null,
      chatTemplate: null,
    });
  });

  test("tells a missing chat template from a broken one", async () => {
    writeModel(at("no-template.gguf"), { chatTemplate: null });
    writeModel(at("broken-template.gguf"), { chatTemplate: "{% for message in %}" });

    expect((await runtime.inspect(at("no-template.gguf"))).chatTemplate).toBe("missing");
    expect((await runtime.inspect(at("broken-template.gguf"))).chatTemplate).toBe("broken");
  });

  test("takes any part of a split model for the whole", async () => {
    const parts = [1, 2, 3].map((part) => at(`split-0000${part}-of-00003.gguf`));
    writeModel(parts[0]!, { parts: 3 });

    const described = await runtime.inspect(parts[1]!);

    expect(described).toMatchObject({ kind: "base", files: parts, parameterCount: 110_912, tensorCount: 21 });
  });
});

describe("a file that cannot be used is refused, saying what it is:", () => {
  test("no file", async () => {
    expect(await refusalOf("missing.gguf")).toMatchObject({
      code: "file_missing",
      details: { path: at("missing.gguf") },
    });
  });

  test("a folder", async () => {
    mkdirSync(at("folder.gguf"));

    expect(await refusalOf("folder.gguf")).toMatchObject({
      code: "file_unreadable",
      details: { reason: "it is a folder" },
    });
  });

  // Nothing is unreadable for root, who runs tests in containers.
  test.runIf(process.getuid?.() !== 0 && process.platform !== "win32")("a file this user may not read", async () => {
    writeFileSync(at("secret.gguf"), "GGUF", { mode: 0o000 });

    expect(await refusalOf("secret.gguf")).toMatchObject({
      code: "file_unreadable",
      details: { reason: "this user may not read it" },
    });
  });

  test.each([
    ["empty", "", "an empty file"],
    ["text", "This is not a model at all.\n", "a text file"],
    ["JSON", '{"model": true}', "JSON"],
    ["web page", "<!DOCTYPE html><title>404</title>", "a web page, perhaps an error of a download"],
    [
      "Git LFS pointer",
      "version https://git-lfs.github.com/spec/v1\n",
      "a Git LFS pointer instead of the file it stands for",
    ],
    ["PyTorch", "PK\x03\x04\x00\x00", "a ZIP archive or a PyTorch checkpoint"],
    [
      "safetensors",
      `\x10\0\0\0\0\0\0\0{"__metadata__":1}....`,
      "a safetensors file, which must be converted to GGUF first",
    ],
    ["old GGML", "tjgg\x03\0\0\0", "a GGJT model, the format before GGUF"],
  ])("%s", async (name, content, found) => {
    writeFileSync(at(`${name}.gguf`), content, "latin1");

    expect(await refusalOf(`${name}.gguf`)).toMatchObject({ code: "not_a_gguf", details: { found } });
  });

  test("a model cut off in its weights, with both sizes", async () => {
    const whole = readFileSync(at("base.gguf")).length;
    copyFileSync(at("base.gguf"), at("cut.gguf"));
    truncateSync(at("cut.gguf"), whole - 1000);

    expect(await refusalOf("cut.gguf")).toMatchObject({
      code: "gguf_truncated",
      details: { path: at("cut.gguf"), expectedBytes: whole, actualBytes: whole - 1000 },
    });
  });

  test.each([4, 20, 300, 3000])("a model cut off after %d bytes", async (length) => {
    const name = `cut-${length}.gguf`;
    writeFileSync(at(name), readFileSync(at("base.gguf")).subarray(0, length));

    expect((await refusalOf(name)).code).toMatch(/^gguf_(truncated|damaged)$/);
  });

  test.each<[string, (bytes: Buffer) => void]>([
    ["2^40 tensors", (bytes) => bytes.writeBigUInt64LE(1n << 40n, 8)],
    ["2^40 metadata entries", (bytes) => bytes.writeBigUInt64LE(1n << 40n, 16)],
    ["900,000 tensors in a small file", (bytes) => bytes.writeBigUInt64LE(900_000n, 8)],
    ["an impossible key length", (bytes) => bytes.writeBigUInt64LE(0x7fffffffffffffn, 24)],
    ["version 99", (bytes) => bytes.writeUInt32LE(99, 4)],
    ["the other byte order", (bytes) => bytes.writeUInt32BE(3, 4)],
    ["garbage in its vocabulary", (bytes) => bytes.fill(0xa5, 1500, 3500)],
  ])("a header with %s, within seconds", async (what, damage) => {
    const bytes = readFileSync(at("base.gguf"));
    damage(bytes);
    writeFileSync(at(`${what}.gguf`), bytes);
    const started = performance.now();

    const failure = await refusalOf(`${what}.gguf`);

    expect(failure.code).toMatch(/^gguf_(truncated|damaged)$/);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("an architecture that llama.cpp does not know, by name", async () => {
    writeModel(at("future.gguf"), { architecture: "llama9" });

    expect(await refusalOf("future.gguf")).toMatchObject({
      code: "architecture_unsupported",
      details: { architecture: "llama9" },
    });
  });

  test("a split model of which parts are missing, by their names", async () => {
    writeModel(at("holes-00001-of-00003.gguf"), { parts: 3 });
    rmSync(at("holes-00002-of-00003.gguf"));

    expect(await refusalOf("holes-00001-of-00003.gguf")).toMatchObject({
      code: "gguf_part_missing",
      details: { missing: [at("holes-00002-of-00003.gguf")] },
    });
  });

  test("a part under another name", async () => {
    writeModel(at("renamed-00001-of-00002.gguf"), { parts: 2 });
    copyFileSync(at("renamed-00001-of-00002.gguf"), at("half.gguf"));

    expect((await refusalOf("half.gguf")).code).toBe("gguf_damaged");
  });

  test("a header with any bytes changed: told in words, or readable after all", async () => {
    const whole = readFileSync(at("base.gguf"));
    const random = seededRandom(5);
    for (let file = 0; file < 200; file++) {
      const bytes = Buffer.from(whole);
      for (let change = 0; change < 3; change++) bytes[8 + Math.floor(random() * 6000)] = Math.floor(random() * 256);
      writeFileSync(at("mutated.gguf"), bytes);
      const failure = await runtime.inspect(at("mutated.gguf")).then(
        () => null,
        (error: FourfoldError) => error.failure,
      );
      // A defect of ours would come as an error without a failure.
      expect(failure).not.toBeUndefined();
    }
  });

  test("and the host is alive after all of them", () => {
    expect(crashes).toEqual([]);
  });
});

describe("an adapter that does not fit is told in words, before anything is loaded:", () => {
  const differencesOf = (name: string) => runtime.compatibility(at("base.gguf"), at(name));

  test("another architecture", async () => {
    writeAdapter(at("qwen.gguf"), { architecture: "qwen2" });

    expect(await differencesOf("qwen.gguf")).toEqual([{ what: "architecture", adapter: "qwen2", base: "llama" }]);
  });

  test("more layers than the base has", async () => {
    writeAdapter(at("deep.gguf"), { shape: { ...tinyShape, layers: 3 }, targets: ["attn_q"] });

    expect(await differencesOf("deep.gguf")).toEqual([
      { what: "layers", adapter: "at least 3", base: "2" },
      { what: "blk.2.attn_q.weight", adapter: "adapted", base: "not there" },
    ]);
  });

  test("other widths", async () => {
    writeAdapter(at("wide.gguf"), { shape: { ...tinyShape, embeddingLength: 96, layers: 1 }, targets: ["attn_q"] });

    expect(await differencesOf("wide.gguf")).toEqual([
      { what: "shape of blk.0.attn_q.weight", adapter: "96 × 96", base: "64 × 64" },
    ]);
  });

  test("half of a pair", async () => {
    writeAdapter(at("half-pair.gguf"), { withoutB: true, targets: ["attn_q"], shape: { ...tinyShape, layers: 1 } });

    expect(await differencesOf("half-pair.gguf")).toEqual([
      { what: "blk.0.attn_q.weight", adapter: "A without B", base: "A and B" },
    ]);
  });

  test("another kind of adapter", async () => {
    writeAdapter(at("control.gguf"), { kind: "control_vector" });

    expect(await differencesOf("control.gguf")).toEqual([
      { what: "kind of adapter", adapter: "control_vector", base: "lora" },
    ]);
  });

  test("many differences, the first of them and how many more", async () => {
    writeAdapter(at("other.gguf"), { shape: { ...tinyShape, embeddingLength: 96 } });

    const differences = await differencesOf("other.gguf");

    expect(differences).toHaveLength(6);
  });

  test("a base in the place of the adapter, and the other way round", async () => {
    const swapped = failureOf(runtime.compatibility(at("adapter.gguf"), at("adapter.gguf")));
    const twice = failureOf(runtime.compatibility(at("base.gguf"), at("base.gguf")));

    expect((await swapped).code).toBe("model_is_adapter");
    expect((await twice).code).toBe("adapter_is_model");
  });
});

test("a file that was replaced is read anew", async () => {
  writeModel(at("changing.gguf"), { name: "Before" });
  const before = await runtime.inspect(at("changing.gguf"));
  writeModel(at("changing.gguf"), { name: "Afterwards", chatTemplate: chatMl });

  const after = await runtime.inspect(at("changing.gguf"));

  expect([before.name, after.name]).toEqual(["Before", "Afterwards"]);
});

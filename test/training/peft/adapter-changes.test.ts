import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { FourfoldError } from "../../../core/contract/failures.ts";
import { type GgufTensor, writeGguf } from "../../../core/training/gguf/write-gguf.ts";
import { AdapterChanges, reportAdapter } from "../../../core/training/peft/adapter-changes.ts";
import { deltaNorm } from "../../../core/training/peft/delta-norm.ts";
import { fileFolder } from "../../support/temporary-folder.ts";
import { writeBase } from "./peft-files.ts";

const folder = fileFolder();
const basePath = join(folder, "base.gguf");
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  await writeBase(basePath, { weights: { "blk.0.attn_q.weight": [2, 2], "blk.1.ffn_up.weight": [2, 3] } });
});

type Halves = Record<string, { shape: number[]; values: number[] }>;

async function writeAdapter(name: string, halves: Halves, alpha = 4, architecture = "llama"): Promise<string> {
  const tensors = Object.entries(halves).map(([tensor, { shape, values }]): GgufTensor => {
    return { name: tensor, shape, type: 0, data: Float32Array.from(values) };
  });
  await writeGguf(
    at(name),
    {
      "general.architecture": { type: "string", value: architecture },
      "general.type": { type: "string", value: "adapter" },
      "adapter.type": { type: "string", value: "lora" },
      "adapter.lora.alpha": { type: "float32", value: alpha },
    },
    tensors,
  );
  return at(name);
}

/** Rank 1: A = (3, 4), B = (1, 2)ᵀ, so ‖B·A‖ = 5 · √5. */
const first: Halves = {
  "blk.0.attn_q.weight.lora_a": { shape: [2, 1], values: [3, 4] },
  "blk.0.attn_q.weight.lora_b": { shape: [1, 2], values: [1, 2] },
};
const untrained: Halves = {
  "blk.1.ffn_up.weight.lora_a": { shape: [2, 1], values: [3, 4] },
  "blk.1.ffn_up.weight.lora_b": { shape: [1, 3], values: [0, 0, 0] },
};

describe("the report of an adapter", () => {
  test("says how much each weight changes at strength 1, and which pairs change nothing", async () => {
    const path = await writeAdapter("sound.gguf", { ...first, ...untrained });

    const report = await reportAdapter(path, basePath);

    const norm = expect.closeTo(4 * 5 * Math.sqrt(5), 4);
    expect(AdapterChanges.parse(report)).toEqual({
      path,
      basePath,
      architecture: "llama",
      rank: 1,
      alpha: 4,
      matched: 2,
      unmatched: [],
      deltaNorm: norm,
      layers: [
        { layer: 0, deltaNorm: norm, targets: [{ target: "attn_q", rank: 1, deltaNorm: norm }] },
        { layer: 1, deltaNorm: 0, targets: [{ target: "ffn_up", rank: 1, deltaNorm: 0 }] },
      ],
      unchanged: ["blk.1.ffn_up.weight"],
    });
  });

  test("lists in words what the base does not have", async () => {
    const path = await writeAdapter(
      "strange.gguf",
      {
        ...first,
        "blk.1.attn_k.weight.lora_a": { shape: [2, 1], values: [1, 1] },
        "blk.1.attn_k.weight.lora_b": { shape: [1, 2], values: [1, 1] },
        "blk.1.ffn_up.weight.lora_a": { shape: [2, 1], values: [1, 1] },
        "output_norm.weight": { shape: [2], values: [1, 1] },
      },
      4,
      "qwen2",
    );

    expect(await reportAdapter(path, basePath)).toMatchObject({
      matched: 1,
      unmatched: [
        "the adapter is for the architecture qwen2, the base has llama",
        "output_norm.weight is a whole tensor, not half of a pair",
        "blk.1.attn_k.weight: blk.1.attn_k.weight is adapted in the adapter, not there in the base",
        "blk.1.ffn_up.weight: blk.1.ffn_up.weight is A without B in the adapter, A and B in the base",
      ],
    });
  });

  test("refuses numbers that are not finite, a base as adapter and an adapter as base", async () => {
    const path = await writeAdapter("nan.gguf", {
      ...first,
      "blk.0.attn_q.weight.lora_b": { shape: [1, 2], values: [NaN, 1] },
    });
    const sound = await writeAdapter("fine.gguf", first);
    const codeOf = (calling: Promise<unknown>) =>
      calling.then(
        () => null,
        ({ failure }: FourfoldError) => failure.code,
      );

    expect(await codeOf(reportAdapter(path, basePath))).toBe("gguf_damaged");
    expect(await codeOf(reportAdapter(basePath, basePath))).toBe("adapter_is_model");
    expect(await codeOf(reportAdapter(sound, sound))).toBe("model_is_adapter");
  });
});

test("the norm without the product is the norm of the product", () => {
  const value = fc.integer({ min: -8, max: 8 });
  const sizes = fc.record({
    rank: fc.integer({ min: 1, max: 4 }),
    inputs: fc.integer({ min: 1, max: 6 }),
    outputs: fc.integer({ min: 1, max: 6 }),
  });
  const matrices = sizes.chain(({ rank, inputs, outputs }) =>
    fc.record({
      rank: fc.constant(rank),
      a: fc.array(value, { minLength: rank * inputs, maxLength: rank * inputs }),
      b: fc.array(value, { minLength: rank * outputs, maxLength: rank * outputs }),
    }),
  );
  fc.assert(
    fc.property(matrices, ({ rank, a, b }) => {
      const inputs = a.length / rank;
      let squares = 0;
      for (let row = 0; row < b.length / rank; row++) {
        for (let column = 0; column < inputs; column++) {
          let sum = 0;
          for (let inner = 0; inner < rank; inner++) sum += b[row * rank + inner]! * a[inner * inputs + column]!;
          squares += sum ** 2;
        }
      }

      expect(deltaNorm(Float32Array.from(a), Float32Array.from(b), rank)).toBeCloseTo(Math.sqrt(squares), 6);
    }),
  );
});

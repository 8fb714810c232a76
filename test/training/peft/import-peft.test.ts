import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { FourfoldError } from "../../../core/contract/failures.ts";
import { importPeft } from "../../../core/training/peft/import-peft.ts";
import { reportAdapter } from "../../../core/training/peft/adapter-changes.ts";
import { fileFolder, temporaryFolder } from "../../support/temporary-folder.ts";
import { float32, MODULE, pair, plainConfig, type StoredArray, writeBase, writePeft } from "./peft-files.ts";

const bases = fileFolder();
const basePath = join(bases, "base.gguf");
const qwenPath = join(bases, "qwen.gguf");
const weights = {
  "blk.0.attn_q.weight": [16, 16],
  "blk.0.attn_v.weight": [16, 16],
  "blk.1.attn_q.weight": [16, 16],
  "blk.0.ffn_down.weight": [24, 16],
};
beforeAll(async () => {
  await writeBase(basePath, { weights });
  await writeBase(qwenPath, { architecture: "qwen2", weights });
});

const convert = async (tensors: Record<string, StoredArray>, config: object = plainConfig, base = basePath) => {
  const folder = temporaryFolder();
  const outPath = join(folder, "adapter.gguf");
  const path = writePeft(join(folder, "peft"), tensors, config);
  const imported = await importPeft({ path, basePath: base, outPath });
  return { imported, outPath };
};

async function refusalOf(
  tensors: Record<string, StoredArray>,
  config: object = plainConfig,
  base = basePath,
): Promise<FourfoldError["failure"]> {
  const folder = temporaryFolder();
  const outPath = join(folder, "adapter.gguf");
  const path = writePeft(join(folder, "peft"), tensors, config);
  const failure = await failureOf(importPeft({ path, basePath: base, outPath }));
  expect(existsSync(outPath)).toBe(false);
  return failure;
}

const failureOf = (calling: Promise<unknown>) =>
  calling.then(
    (value) => {
      throw new Error(`It did not fail: ${JSON.stringify(value)}`);
    },
    ({ failure }: FourfoldError) => failure,
  );

describe("the scale of an adapter", () => {
  const moduleQ1 = "base_model.model.model.layers.1.self_attn.q_proj";
  /** ‖ΔW‖ as PEFT applies it, formed the long way. */
  function dense(tensors: Record<string, StoredArray>, module: string, scale: number): number {
    const values = (half: string) => new Float32Array(tensors[`${module}.lora_${half}.weight`]!.data.buffer);
    const rank = tensors[`${module}.lora_A.weight`]!.shape[0]!;
    const [a, b] = [values("A"), values("B")];
    let squares = 0;
    for (let row = 0; row < b.length / rank; row++) {
      for (let column = 0; column < a.length / rank; column++) {
        let sum = 0;
        for (let at = 0; at < rank; at++) sum += b[row * rank + at]! * a[(at * a.length) / rank + column]!;
        squares += (sum * scale) ** 2;
      }
    }
    return Math.sqrt(squares);
  }
  const tensors = { ...pair(MODULE), ...pair(moduleQ1, { rank: 2, seed: 2 }) };
  const ranks = { rank_pattern: { "layers.1.self_attn.q_proj": 2 } };

  test.each([
    { name: "alpha / rank, also where ranks differ", config: ranks, scales: [8 / 4, 8 / 2] },
    {
      name: "alpha / √rank when rank-stabilised",
      config: { ...ranks, use_rslora: true },
      scales: [8 / 2, 8 / Math.SQRT2],
    },
    {
      name: "its own alpha where a pattern gives it",
      config: { ...ranks, alpha_pattern: { "model.layers.1.self_attn.q_proj": 3 } },
      scales: [8 / 4, 3 / 2],
    },
  ])("is what PEFT applies: $name", async ({ config, scales }) => {
    const { outPath } = await convert(tensors, { ...plainConfig, ...config });

    const { layers } = await reportAdapter(outPath, basePath);

    expect(layers.map(({ deltaNorm }) => deltaNorm)).toEqual([
      expect.closeTo(dense(tensors, MODULE, scales[0]!), 4),
      expect.closeTo(dense(tensors, moduleQ1, scales[1]!), 4),
    ]);
  });

  test("is said when one alpha cannot hold it", async () => {
    const { imported } = await convert(tensors, {
      ...plainConfig,
      ...ranks,
      alpha_pattern: { q_proj: 8, "layers.1.self_attn.q_proj": 3 },
    });
    expect(imported.notes).toEqual([]);

    const { imported: scaled } = await convert(tensors, { ...plainConfig, ...ranks, use_rslora: true });

    expect(scaled.notes).toEqual([
      "It is rank-stabilised: alpha became 16, so that alpha / rank gives its scale.",
      "1 of 2 matrices B were multiplied, because one alpha cannot say their scale.",
    ]);
  });
});

test("the rows of q are reordered for llama and stay for qwen2", async () => {
  const tensors = {
    [`${MODULE}.lora_A.weight`]: float32(
      [1, 16],
      Array.from({ length: 16 }, () => 1),
    ),
    [`${MODULE}.lora_B.weight`]: float32(
      [16, 1],
      Array.from({ length: 16 }, (_, row) => row),
    ),
  };
  const config = { ...plainConfig, r: 1 };
  const rowsIn = async (base: string) => {
    const { outPath } = await convert(tensors, config, base);
    return [...new Float32Array(new Uint8Array(readFileSync(outPath)).slice(-64).buffer)];
  };

  expect(await rowsIn(qwenPath)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  expect(await rowsIn(basePath)).toEqual([0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15]);
});

describe("settings that a GGUF adapter cannot hold are refused in words", () => {
  test.each([
    [{ use_dora: true }, "it is a DoRA adapter, whose magnitude vectors GGUF cannot hold"],
    [{ modules_to_save: ["lm_head", "embed_tokens"] }, "it holds whole trained modules (lm_head, embed_tokens)"],
    [{ bias: "lora_only" }, "it trained biases (bias is lora_only)"],
    [{ lora_bias: true }, "its B matrices have biases"],
    [{ trainable_token_indices: [1, 2] }, "it trained single token embeddings"],
    [{ fan_in_fan_out: true }, "its weights are stored transposed (fan_in_fan_out)"],
    [{ layer_replication: [[0, 1]] }, "it replicates layers of its base"],
    [{ target_parameters: ["experts.down_proj"] }, "it adapts bare parameters (experts.down_proj)"],
    [{ use_qalora: true }, "it is a QA-LoRA adapter, which pools its inputs"],
    [{ alora_invocation_tokens: [5] }, "it is an activated LoRA, which works only after certain tokens"],
    [{ use_bdlora: { nblocks: 2 } }, "it is a BD-LoRA adapter, whose matrices are block-diagonal"],
    [{ arrow_config: { top_k: 3 } }, "it routes between several adapters (Arrow)"],
    [{ kasa_config: { beta: 1 } }, "it is a KaSA adapter, which changes the base as well"],
    [{ monteclora_config: { samples: 4 } }, "it is a MonteCLoRA adapter, which is a distribution over adapters"],
    [{ peft_type: "IA3" }, "it is of the kind IA3, not LORA"],
    [
      { init_lora_weights: "pissa" },
      "it was started by pissa, which changes the base as well; convert it with PEFT to a plain LoRA first",
    ],
    [
      { alpha_pattern: { "layers\\.(1|2)\\..*": 4 } },
      "its rank or alpha pattern layers\\.(1|2)\\..* is a regular expression, not the end of a module's name",
    ],
    [
      { auto_mapping: { base_model_class: "Qwen2ForCausalLM" } },
      "it was trained on a Qwen2ForCausalLM, but the base is of the architecture llama",
    ],
  ])("%o", async (change, problem) => {
    const failure = await refusalOf(pair(MODULE), { ...plainConfig, ...change });

    expect(failure).toMatchObject({ code: "peft_unsupported", details: { problems: [problem] } });
  });

  test.each([{ r: 0 }, { lora_alpha: 0 }, { lora_alpha: "many" }, { r: null }])(
    "%o is not a configuration",
    async (change) => {
      expect(await refusalOf(pair(MODULE), { ...plainConfig, ...change })).toMatchObject({ code: "peft_unsupported" });
    },
  );

  test("a setting of a later PEFT is said, not swallowed", async () => {
    const { imported } = await convert(pair(MODULE), { ...plainConfig, future_setting: { strength: 2 } });

    expect(imported.notes).toEqual(["adapter_config.json also sets future_setting, which this version does not know."]);
  });
});

describe("tensors that have no place are refused, never dropped", () => {
  const prefix = "base_model.model.model.layers.0";
  const some = float32([4], [1, 2, 3, 4]);
  test.each([
    [`${MODULE}.lora_magnitude_vector`, "is a magnitude vector of DoRA"],
    ["base_model.model.model.embed_tokens.weight", "belongs to trained embeddings"],
    ["base_model.model.model.embed_tokens.lora_embedding_A", "belongs to trained embeddings"],
    ["base_model.model.lm_head.weight", "belongs to a trained head"],
    ["base_model.model.lm_head.lora_A.weight", "belongs to a trained head"],
    [`${prefix}.self_attn.q_proj.bias`, "is a trained bias"],
    [`${MODULE}.lora_B.bias`, "is a bias of B"],
    [`${MODULE}.base_layer.weight`, "is a copy of a weight of the base"],
    [`${prefix}.input_layernorm.weight`, "is a trained norm"],
    [
      `${prefix}.mlp.experts.w1.lora_A.weight`,
      "adapts a module that llama does not have or that cannot be adapted in GGUF",
    ],
    ["surprise", "is not a half of a LoRA pair"],
  ])("%s", async (name, reason) => {
    const failure = await refusalOf({ ...pair(MODULE), [name]: some });

    expect(failure).toMatchObject({ code: "peft_unsupported", details: { problems: [`${name} ${reason}`] } });
  });

  test("a half without its other half", async () => {
    const { [`${MODULE}.lora_A.weight`]: a, [`${MODULE}.lora_B.weight`]: b } = pair(MODULE);

    expect((await refusalOf({ [`${MODULE}.lora_A.weight`]: a! })).message).toContain("A without B");
    expect((await refusalOf({ [`${MODULE}.lora_B.weight`]: b! })).message).toContain("B without A");
  });

  test("numbers that are not finite", async () => {
    const tensors = pair(MODULE);
    new Float32Array(tensors[`${MODULE}.lora_B.weight`]!.data.buffer)[5] = NaN;

    expect((await refusalOf(tensors)).message).toContain("lora_B.weight holds NaN at position 5");
  });

  test.each([
    [
      "ranks that do not multiply",
      { [`${MODULE}.lora_A.weight`]: float32([2, 16], Array(32).fill(0)) },
      "do not multiply",
    ],
    ["a rank the configuration does not say", pair(MODULE, { rank: 2 }), "has rank 2 where adapter_config.json says 4"],
    [
      "a type without float values",
      { [`${MODULE}.lora_A.weight`]: { dtype: "I8", shape: [4, 16], data: new Uint8Array(64) } },
      "is of the type I8",
    ],
    ["no tensors at all", null, "it holds no tensors"],
  ])("%s", async (_name, change, reason) => {
    const failure = await refusalOf(change === null ? {} : { ...pair(MODULE), ...change });

    expect(failure.code).toBe("peft_unsupported");
    expect(failure.message).toContain(reason);
  });

  test("two modules that mean the same weight", async () => {
    const twin = "base_model.model.language_model.model.layers.0.self_attn.q_proj";

    expect((await refusalOf({ ...pair(MODULE), ...pair(twin) })).message).toContain("both change blk.0.attn_q.weight");
  });
});

describe("a base it was not made for is refused", () => {
  test("when shapes differ or a layer is missing, with every difference", async () => {
    const missing = "base_model.model.model.layers.7.self_attn.q_proj";
    const failure = await refusalOf({ ...pair(MODULE, { inputs: 32 }), ...pair(missing) });

    expect(failure).toMatchObject({
      code: "adapter_mismatch",
      details: {
        differences: [
          { what: "shape of blk.0.attn_q.weight", adapter: "32 × 16", base: "16 × 16" },
          { what: "blk.7.attn_q.weight", adapter: "adapted", base: "not there" },
        ],
      },
    });
  });

  test("when its architecture is unknown here, by name", async () => {
    const path = await writeBase(join(temporaryFolder(), "other.gguf"), { architecture: "mamba", weights });

    expect((await refusalOf(pair(MODULE), plainConfig, path)).message).toContain(
      "its base is of the architecture mamba",
    );
  });

  test("when it is itself an adapter", async () => {
    const { outPath } = await convert(pair(MODULE));

    expect((await refusalOf(pair(MODULE), plainConfig, outPath)).code).toBe("model_is_adapter");
  });
});

describe("what is not an adapter is refused", () => {
  const outPath = join(bases, "never.gguf");

  test("a folder without configuration, without weights, with pickled weights", async () => {
    const folder = writePeft(temporaryFolder(), pair(MODULE));
    rmSync(join(folder, "adapter_config.json"));
    expect((await failureOf(importPeft({ path: folder, basePath, outPath }))).message).toContain(
      "adapter_config.json is missing",
    );

    writePeft(folder, pair(MODULE));
    rmSync(join(folder, "adapter_model.safetensors"));
    expect((await failureOf(importPeft({ path: folder, basePath, outPath }))).message).toContain(
      "adapter_model.safetensors is missing",
    );

    writeFileSync(join(folder, "adapter_model.bin"), "pickle");
    expect((await failureOf(importPeft({ path: folder, basePath, outPath }))).message).toContain("which can run code");
  });

  test("a path that is not there, a configuration that is not JSON, a stop", async () => {
    expect((await failureOf(importPeft({ path: join(bases, "nowhere"), basePath, outPath }))).code).toBe(
      "file_missing",
    );

    const folder = writePeft(temporaryFolder(), pair(MODULE));
    const signal = AbortSignal.abort();
    expect((await failureOf(importPeft({ path: folder, basePath, outPath, signal }))).code).toBe("stopped");

    writeFileSync(join(folder, "adapter_config.json"), "{");
    expect((await failureOf(importPeft({ path: folder, basePath, outPath }))).message).toContain("it is not JSON");
    expect(existsSync(outPath)).toBe(false);
  });

  test("the safetensors file itself may be named instead of its folder", async () => {
    const folder = writePeft(temporaryFolder(), pair(MODULE));
    const target = join(folder, "out.gguf");

    const imported = await importPeft({ path: join(folder, "adapter_model.safetensors"), basePath, outPath: target });

    expect(imported).toMatchObject({
      path: target,
      pairs: 1,
      rank: 4,
      alpha: 8,
      targets: ["attn_q"],
      trainedOn: "tiny/base",
    });
  });
});

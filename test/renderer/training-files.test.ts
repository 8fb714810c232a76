import { describe, expect, test } from "vitest";
import { formatEta, formatMs } from "../../renderer/parts/format.ts";
import { peftBatch, routeFiles } from "../../renderer/panels/training/route-files.ts";
import { screenOf } from "../../renderer/panels/workspace/use-screen.ts";

const files = (...names: string[]) => names.map((name) => ({ name }));
const routed = (...names: string[]) => {
  const { dataset, peft, others } = routeFiles(files(...names));
  return { dataset: dataset?.name ?? null, peft: peft.map(({ name }) => name), others: others.map(({ name }) => name) };
};

describe("what is dropped while adapters are made", () => {
  test("is a dataset by its name, in whatever case", () => {
    expect(routed("PAIRS.JSONL")).toEqual({ dataset: "PAIRS.JSONL", peft: [], others: [] });
    expect(routed("pairs.csv").dataset).toBe("pairs.csv");
  });

  test("is a PEFT adapter by its two files, although one of them is JSON", () => {
    expect(routed("adapter_config.json", "adapter_model.safetensors")).toEqual({
      dataset: null,
      peft: ["adapter_config.json", "adapter_model.safetensors"],
      others: [],
    });
  });

  test("goes where it always goes otherwise", () => {
    expect(routed("notes.md", "pairs.jsonl", "base.gguf", "more.csv")).toEqual({
      dataset: "pairs.jsonl",
      peft: [],
      others: ["notes.md", "base.gguf"],
    });
  });
});

test.each([
  ["adapters/My LoRA (v2)/adapter_config.json", "My-LoRA-v2-3f2a91c0"],
  [`${"x".repeat(90)}/adapter_config.json`, `${"x".repeat(50)}-3f2a91c0`],
  ["", "peft-adapter-3f2a91c0"],
])("an adapter picked as %s is sent as %s", (webkitRelativePath, batch) => {
  expect(peftBatch([{ webkitRelativePath }], "3f2a91c0-aaaa")).toBe(batch);
});

test.each([
  ["", "compare"],
  ["#train", "train"],
  ["#compare", "compare"],
  ["#elsewhere", "compare"],
])("the address %s names the screen %s", (hash, screen) => {
  expect(screenOf(hash)).toBe(screen);
});

test.each([
  [formatEta(40 * 60_000), "about 40 min"],
  [formatEta(60 * 60_000), "about 1 h"],
  [formatEta(158 * 60_000), "about 2 h 40 min"],
  [formatEta(23.99 * 3_600_000), "about 24 h"],
  [formatEta(72 * 3_600_000), "about 3 days"],
  [formatMs(12_240_000), "3 h 24 min"],
])("a long time reads %s", (shown, expected) => {
  expect(shown).toBe(expected);
});

import { describe, expect, test } from "vitest";
import { type ModelInfo, Retrieval, type WorkspaceSettings } from "../../core/contract/index.ts";
import { changedArms } from "../../renderer/panels/comparison/changed-arms.ts";
import { everything } from "../../renderer/panels/retrieval/filter-words.ts";
import { type Choices, resolvePicks } from "../../renderer/panels/workspace/picks.ts";

const model = (id: string, kind: ModelInfo["kind"], bundled: boolean): ModelInfo => ({
  id,
  kind,
  name: id,
  path: `/${id}.gguf`,
  files: [`/${id}.gguf`],
  sha256: id,
  sizeBytes: 1,
  bundled,
  present: true,
  summary: "",
  architecture: "llama",
  quantization: "Q8_0",
  parameterCount: 1,
  trainedContextSize: null,
  adapter: null,
  settings: {},
  userSettings: {},
});

const collection = (id: string): Choices["collections"][number] => ({
  id,
  name: id,
  embedder: { id: "e", name: "e", dimensions: 2, languages: ["en"] },
  documentCount: 1,
  chunkCount: 1,
  server: null,
  index: { kind: "exact", reason: "" },
  reembedding: null,
});

const choices: Choices = {
  models: [
    model("mine", "base", false),
    model("pocket", "base", true),
    model("tickets", "adapter", true),
    model("pirate", "adapter", false),
  ],
  loadedModelId: null,
  collections: [collection("manuals"), collection("samples")],
  sampleCollectionId: "samples",
};
const untouched: WorkspaceSettings = {
  systemPrompts: {},
  theme: "system",
  modelId: null,
  adapters: [],
  collectionId: null,
  otherCollectionIds: [],
  retrieval: {},
};

describe("what is picked", () => {
  test("is the bundled trio where nothing was ever picked, so that the first question meets all four arms", () => {
    expect(resolvePicks(untouched, choices)).toEqual({
      modelId: "pocket",
      adapters: [{ modelId: "tickets", scale: 1 }],
      collectionId: "samples",
      otherCollectionIds: [],
    });
  });

  test("is the user's choice, also when that is no adapter and no documents", () => {
    expect(resolvePicks({ ...untouched, modelId: "mine" }, choices)).toEqual({
      modelId: "mine",
      adapters: [],
      collectionId: null,
      otherCollectionIds: [],
    });
  });

  test("leaves out what has gone in the meantime", () => {
    const settings = {
      ...untouched,
      modelId: "gone",
      adapters: [
        { modelId: "gone", scale: 1 },
        { modelId: "pirate", scale: 0.5 },
      ],
      collectionId: "gone",
    };

    expect(resolvePicks(settings, choices)).toEqual({
      modelId: "pocket",
      adapters: [{ modelId: "pirate", scale: 0.5 }],
      collectionId: null,
      otherCollectionIds: [],
    });
  });

  test("is a first collection and others; where the first has gone, the next takes its place", () => {
    const several = {
      ...untouched,
      modelId: "pocket",
      collectionId: "manuals",
      otherCollectionIds: ["samples", "gone"],
    };

    expect(resolvePicks(several, choices)).toMatchObject({ collectionId: "manuals", otherCollectionIds: ["samples"] });
    expect(resolvePicks({ ...several, collectionId: "gone" }, choices)).toMatchObject({
      collectionId: "samples",
      otherCollectionIds: [],
    });
    expect(resolvePicks({ ...several, otherCollectionIds: ["manuals"] }, choices)).toMatchObject({
      collectionId: "manuals",
      otherCollectionIds: [],
    });
  });

  test("is nothing in an empty workspace", () => {
    const nothing = { models: [], loadedModelId: null, collections: [], sampleCollectionId: null };

    expect(resolvePicks(untouched, nothing)).toEqual({
      modelId: null,
      adapters: [],
      collectionId: null,
      otherCollectionIds: [],
    });
  });
});

describe("the arms a change of picks concerns", () => {
  const asked = {
    id: "c",
    threadId: "t",
    turn: 0,
    replayOf: null,
    question: "?",
    seed: 1,
    modelId: "pocket",
    modelName: "pocket",
    modelFile: "/pocket.gguf",
    adapters: [{ modelId: "tickets", name: "tickets", file: "/tickets.gguf", sha256: "tickets", scale: 1 }],
    collectionId: "samples",
    otherCollectionIds: ["manuals"],
    retrieval: Retrieval.parse({ ms: 1, passages: [], chunkCount: 1, index: "exact", generation: 1 }),
    askedAt: "2026-01-01T00:00:00.000Z",
    arms: (["combined", "rag", "adapter", "base"] as const).map((arm) => ({
      arm,
      text: "",
      thoughts: "",
      citations: [],
      unresolvedCitations: [],
      promptTokens: 1,
      completionTokens: 1,
      ttftMs: null,
      totalMs: 1,
      tokensPerSecond: null,
      stopReason: "end" as const,
      failure: null,
      reused: false,
      identical: null,
      provenance: null,
    })),
  };
  const same = {
    modelId: "pocket",
    adapters: [{ modelId: "tickets", scale: 1 }],
    collectionId: "samples",
    otherCollectionIds: ["manuals"],
  };

  test.each([
    ["nothing changed", same, []],
    ["the scale moved", { ...same, adapters: [{ modelId: "tickets", scale: 0.5 }] }, ["combined", "adapter"]],
    ["the adapter was switched off", { ...same, adapters: [] }, ["combined", "adapter"]],
    ["another collection was picked", { ...same, collectionId: "mine" }, ["combined", "rag"]],
    ["a collection is no longer searched along", { ...same, otherCollectionIds: [] }, ["combined", "rag"]],
    ["two collections changed places", { ...same, collectionId: "manuals", otherCollectionIds: ["samples"] }, []],
    ["another base was picked", { ...same, modelId: "mine" }, ["combined", "rag", "adapter", "base"]],
  ])("are told apart: %s", (_change, picks, arms) => {
    expect(changedArms(asked, picks, everything)).toEqual(arms);
  });

  test("are those with documents when a filter was set, and none when it was only put together in another order", () => {
    const filter = { ...everything, formats: ["pdf" as const, "html" as const] };
    const filtered = { ...asked, retrieval: { ...asked.retrieval, filter } };

    expect(changedArms(asked, same, filter)).toEqual(["combined", "rag"]);
    expect(changedArms(filtered, same, everything)).toEqual(["combined", "rag"]);
    expect(changedArms(filtered, same, { ...everything, formats: ["html", "pdf"] })).toEqual([]);
  });
});

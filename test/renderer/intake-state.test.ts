import { describe, expect, test } from "vitest";
import type { ModelInfo } from "../../core/contract/index.ts";
import {
  emptyIntake,
  fileName,
  type IntakeEvent,
  intakeReducer,
  type IntakeView,
} from "../../renderer/panels/documents/intake-state.ts";

const after = (...events: IntakeEvent[]): IntakeView => events.reduce(intakeReducer, emptyIntake);
const begun: IntakeEvent = {
  type: "begun",
  files: [
    { key: "a.md", name: "a.md", kind: "document" },
    { key: "b.gguf", name: "b.gguf", kind: "model" },
  ],
};
const summary = ({ items }: IntakeView) => items.map(({ name, status, note }) => ({ name, status, note }));

const model: ModelInfo = {
  id: "0001",
  kind: "base",
  name: "Big",
  path: "/models/big-00001-of-00003.gguf",
  files: [],
  sha256: "0001",
  sizeBytes: 3,
  bundled: false,
  present: true,
  summary: "",
  architecture: "llama",
  quantization: "Q8_0",
  parameterCount: 1,
  trainedContextSize: 2048,
  adapter: null,
  settings: {},
  userSettings: {},
};

describe("files on their way in", () => {
  test("wait, are sent, and are then known by the path the engine gave them", () => {
    const view = after(
      begun,
      { type: "uploading", key: "a.md", fraction: 0.5 },
      { type: "uploaded", key: "a.md", path: "/files/1/a.md" },
    );

    expect(view.items.map(({ key, status }) => ({ key, status }))).toEqual([
      { key: "/files/1/a.md", status: "waiting" },
      { key: "b.gguf", status: "waiting" },
    ]);
  });

  test("show what the engine does with each, and how long all will take", () => {
    const view = after(
      begun,
      { type: "uploaded", key: "a.md", path: "/files/1/a.md" },
      { type: "importing", progress: { type: "found", total: 2 } },
      {
        type: "importing",
        progress: {
          type: "working",
          path: "/files/1/a.md",
          stage: "embedding",
          fraction: 0.5,
          done: 1,
          total: 2,
          etaMs: 900,
        },
      },
    );

    expect(view).toMatchObject({ done: 1, total: 2, etaMs: 900 });
    expect(view.items[0]).toMatchObject({ status: "working", note: "Embedding", fraction: 0.5 });
  });

  test("appear one by one when a folder was picked", () => {
    const working = (path: string): IntakeEvent => ({
      type: "importing",
      progress: { type: "working", path, stage: "reading", fraction: 0, done: 0, total: 2, etaMs: null },
    });

    expect(
      summary(after({ type: "begun", files: [] }, working("/home/me/docs/one.md"), working("C:\\docs\\two.pdf"))),
    ).toEqual([
      { name: "one.md", status: "working", note: "Reading" },
      { name: "two.pdf", status: "working", note: "Reading" },
    ]);
  });

  test("fail alone, with what went wrong and what to do", () => {
    const failure = {
      code: "document_encrypted",
      message: "a.md is encrypted.",
      action: "Save it without a password.",
      details: { path: "a.md" },
    } as const;
    const document = {
      path: "a.md",
      status: "failed",
      documentId: null,
      chunks: 0,
      chunksEmbedded: 0,
      chunksReused: 0,
      warnings: [],
      failure,
    } as const;
    const view = after(begun, {
      type: "importing",
      progress: { type: "finished", document: { ...document, warnings: [] }, done: 1, total: 1 },
    });

    expect(view.items[0]).toMatchObject({ status: "failed", failure });
    expect(view.items[1]).toMatchObject({ status: "waiting" });
  });

  test("are one entry when they are the parts of one split model", () => {
    const parts = [1, 2, 3].map((part) => `/models/big-0000${part}-of-00003.gguf`);
    const files = parts.map((path) => ({ key: path, name: fileName(path), kind: "model" as const }));
    const added = parts.map((key): IntakeEvent => ({ type: "added", key, model }));
    const other: IntakeEvent = { type: "added", key: "b.gguf", model: { ...model, id: "0002" } };

    expect(summary(after(begun, { type: "begun", files }, ...added, other))).toEqual([
      { name: "a.md", status: "waiting", note: "Waiting" },
      { name: "b.gguf", status: "done", note: "Added as a base model" },
      { name: "big-00001-of-00003.gguf", status: "done", note: "Added as a base model" },
    ]);
  });

  test("make room for the next drop once they are settled, but not before", () => {
    const second: IntakeEvent = { type: "begun", files: [{ key: "c.md", name: "c.md", kind: "document" }] };

    expect(after(begun, second).items.map(({ name }) => name)).toEqual(["a.md", "b.gguf", "c.md"]);
    expect(after(begun, { type: "stopped" }, { type: "settled" }, second).items.map(({ name }) => name)).toEqual([
      "c.md",
    ]);
  });
});

import { copyFileSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { AskReport, type Failure, Failure as FailureShape, ImportReport } from "../../core/contract/index.ts";
import { cliWorkspace } from "../support/cli-workspace.ts";
import { writeModel } from "../support/random-model.ts";
import { onlyObject, runCli } from "../support/run-cli.ts";
import { fileFolder, temporaryFolder } from "../support/temporary-folder.ts";

const folder = fileFolder();
const { workspace, slow, here, prepare } = cliWorkspace(folder);
const pocket = resolve("models/pocket/pocket-q8_0.gguf");
const ticket = resolve("models/ticket-json/ticket-json.gguf");
const QUESTION = "How many vacation days do employees get at Tarnholm Works?";

beforeAll(prepare);

describe("fourfold ask", () => {
  test("prints one object in the public shape, and nothing beside it", async () => {
    const { code, stdout, stderr } = await runCli(here("ask", QUESTION, "--seed", "3", "--json"));
    const report = onlyObject(stdout);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(AskReport.parse(report)).toEqual(report);
    expect(report).toMatchObject({
      question: QUESTION,
      seed: 3,
      model: pocket,
      adapters: [{ file: ticket, scale: 1 }],
      arms: [
        { arm: "base", citations: [] },
        { arm: "adapter", citations: [] },
        { arm: "rag", citations: [{ n: 1, document: "employee-handbook.md", page: null }] },
        { arm: "combined" },
      ],
    });
  });

  test("prints four answers with citations and times for people", async () => {
    const { code, stdout } = await runCli(here("ask", QUESTION, "--seed", "3"));

    expect(code).toBe(0);
    for (const words of [
      "BASE",
      "RAG",
      "ADAPTER",
      "COMBINED",
      "24 days",
      "30 days",
      "[1] employee-handbook.md",
      "first token",
      "seed 3",
    ])
      expect(stdout).toContain(words);
  });

  test("takes every option", async () => {
    const words = [
      "--arms",
      "combined,adapter",
      "--model",
      pocket,
      "--adapter",
      `${ticket}:0.5`,
      "--collection",
      "Tarnholm Works (sample)",
    ];
    const numbers = ["--seed", "9", "--temperature", "0.7", "--max-tokens", "5", "--top-k", "2", "--json"];
    const { code, stdout } = await runCli(here("ask", QUESTION, ...words, ...numbers));
    const report = AskReport.parse(onlyObject(stdout));

    expect(code).toBe(0);
    expect(report.adapters).toEqual([{ file: ticket, scale: 0.5 }]);
    expect(report.retrieval!.passages).toHaveLength(2);
    expect(report.arms.map(({ arm, completionTokens, stopReason }) => [arm, completionTokens, stopReason])).toEqual([
      ["combined", 5, "maxTokens"],
      ["adapter", 5, "maxTokens"],
    ]);
  });

  test("keeps the workspace's adapters when its own base is named", async () => {
    const { code, stdout } = await runCli(here("ask", QUESTION, "--model", "Pocket", "--arms", "adapter", "--json"));

    expect(code).toBe(0);
    expect(onlyObject(stdout)).toMatchObject({ adapters: [{ file: ticket }], arms: [{ failure: null }] });
  });

  test("takes a colon for a part of the path unless only a number follows", async () => {
    const cwd = temporaryFolder();
    const name = "C:\\models\\mine.gguf";
    copyFileSync(ticket, join(cwd, name));
    const asked = await runCli(here("ask", QUESTION, "--arms", "adapter", "--adapter", `${name}:-0.5`, "--json"), cwd);
    expect(AskReport.parse(onlyObject(asked.stdout)).adapters).toMatchObject([{ scale: -0.5 }]);

    const missing = await runCli(here("ask", QUESTION, "--adapter", "C:\\nothing.gguf", "--json"), cwd);
    expect(missing.code).toBe(2);
    expect(onlyObject(missing.stdout).failure).toMatchObject({
      code: "file_missing",
      details: { path: join(cwd, "C:\\nothing.gguf") },
    });
  });

  test("answers what it can and exits with 2 when an arm lacks what the user did not give", async () => {
    const { code, stdout } = await runCli(
      here("ask", QUESTION, "--arms", "base,adapter", "--model", slow, "--max-tokens", "4", "--json"),
    );

    expect(code).toBe(2);
    expect(onlyObject(stdout).arms).toMatchObject([
      { arm: "base", failure: null },
      { arm: "adapter", failure: { code: "no_adapter" } },
    ]);
  });
});

describe("a model that cannot be used", () => {
  const text = join(folder, "text.gguf");
  const cut = join(folder, "cut.gguf");
  const strange = join(folder, "strange.gguf");
  const missing = join(folder, "missing.gguf");
  beforeAll(() => {
    writeFileSync(text, "this is no model");
    copyFileSync(pocket, cut);
    truncateSync(cut, 1_000_000);
    writeModel(strange, { architecture: "quantumnet" });
  });

  test.each([
    ["no GGUF at all", ["--model", text], "not_a_gguf"],
    ["cut off", ["--model", cut], "gguf_truncated"],
    ["of an unknown architecture", ["--model", strange], "architecture_unsupported"],
    ["an adapter", ["--model", ticket], "model_is_adapter"],
    ["not there", ["--model", missing], "file_missing"],
    ["a folder", ["--model", folder], "file_unreadable"],
    ["a base given as an adapter", ["--adapter", pocket], "adapter_is_model"],
  ])("because it is %s: says so and exits with 2", async (_what, words, expected) => {
    const { code, stdout, stderr } = await runCli(here("ask", QUESTION, ...words, "--json"));
    const { failure } = onlyObject(stdout) as { failure: Failure };

    expect(code).toBe(2);
    expect(failure.code).toBe(expected);
    expect(FailureShape.parse(failure)).toEqual(failure);
    expect(stderr).toBe(`${failure.message}\n${failure.action}\n`);
  });

  test("is refused by inspect in the same words", async () => {
    const { code, stdout, stderr } = await runCli(here("inspect", cut));

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^cut\.gguf is cut off: it needs at least \d+ bytes and has 1000000\.\nCopy or download the file again\.\n$/,
    );
  });

  test("leaves no trace in the list of models", async () => {
    const { models } = onlyObject((await runCli(here("models", "--json"))).stdout);
    expect(models.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(["Pocket", "Ticket JSON"]));
    for (const path of [text, cut, strange, missing]) expect(JSON.stringify(models)).not.toContain(path);
  });
});

describe("fourfold import", () => {
  test("prints one object in the public shape", async () => {
    const documents = temporaryFolder();
    writeFileSync(join(documents, "a.txt"), "The Norrby lamp costs 79 euros.");
    writeFileSync(join(documents, "b.txt"), "");
    const first = await runCli(here("import", documents, "--collection", "Lamps", "--json"));
    const report = onlyObject(first.stdout);

    expect(ImportReport.parse(report)).toEqual(report);
    expect(report.documents).toMatchObject([
      { path: join(documents, "a.txt"), status: "imported", chunks: 1, failure: null },
      { path: join(documents, "b.txt"), status: "failed", chunks: 0, failure: { code: "document_empty" } },
    ]);
    expect(first.code).toBe(2);
    const again = await runCli(here("import", join(documents, "a.txt"), "--collection", "Lamps"));
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^unchanged {6}1 chunks {2}.*a\.txt\nDone\. 1 documents, 0 failed, /),
    });
  });

  test("exits with 2 when there is nothing to import", async () => {
    const { code, stdout } = await runCli(here("import", temporaryFolder(), "--json"));

    expect(code).toBe(2);
    expect(onlyObject(stdout).failure.code).toBe("nothing_to_import");
  });
});

describe("the other commands", () => {
  test("models lists bases and adapters", async () => {
    const { code, stdout } = await runCli(here("models"));

    expect(code).toBe(0);
    expect(stdout).toContain(pocket);
    expect(stdout).toMatch(/^base +Pocket {2}Q8_0 {2}3\.1 MB/m);
    expect(stdout).toMatch(/^adapter +Ticket JSON/m);
  });

  test("inspect reads a file's metadata", async () => {
    const people = await runCli(here("inspect", ticket));
    const script = await runCli(here("inspect", ticket, "--json"));

    expect(people).toMatchObject({ code: 0, stdout: expect.stringMatching(/^kind +adapter$/m) });
    expect(onlyObject(script.stdout)).toMatchObject({
      path: ticket,
      kind: "adapter",
      adapter: { rank: 16, alpha: 32 },
    });
  });

  test("doctor looks at everything", async () => {
    const { stdout } = await runCli(here("doctor"));
    const { checks } = onlyObject((await runCli(here("doctor", "--json"))).stdout) as {
      checks: { name: string; ok: boolean }[];
    };

    for (const name of [
      "Node",
      "Store",
      "Disk",
      "llama.cpp",
      "HNSW",
      "Model Pocket",
      "Collection Tarnholm Works (sample)",
    ]) {
      expect(checks.map((check) => check.name)).toContain(name);
      expect(stdout).toContain(`${name}: `);
    }
    expect(checks.filter(({ name, ok }) => !ok && name !== "HNSW" && name !== "Disk")).toEqual([]);
  });

  test("demo shows the sample question answered four ways, in a workspace that was never used", async () => {
    const fresh = join(temporaryFolder(), "fresh");
    const temporary = temporaryFolder();
    const { code, stdout } = await runCli(["demo", "--workspace", fresh], undefined, { TMPDIR: temporary });
    expect(code).toBe(0);
    expect(readdirSync(temporary), "temporary files left behind").toEqual([]);
    for (const words of ["documents off", "24 days", "30 days", `"confidence": "high"`])
      expect(stdout).toContain(words);

    const script = await runCli(["--json", "demo", "--workspace", fresh]);
    expect(AskReport.parse(onlyObject(script.stdout)).arms).toHaveLength(4);
  });
});

describe("the line", () => {
  test("may have the common options before or after the command", async () => {
    for (const words of [
      ["--workspace", workspace, "--json", "models"],
      ["models", "--json", "--workspace", workspace],
      ["--json", "models", "--workspace", workspace],
    ])
      expect(onlyObject((await runCli(words)).stdout).models[0].path).toBe(pocket);
  });

  test.each([
    [["guess"], "unknown command 'guess'"],
    [["ask"], "missing required argument 'question'"],
    [["ask", "Why?", "--arms", "base,all"], "Arms are base, adapter, rag, combined."],
    [["ask", "Why?", "--seed", "soon"], "A whole number, please."],
    [["ask", "Why?", "--temperature", ""], "A number, please."],
    [["import", ""], "One of the paths is empty."],
    [["serve", "--port", "70000"], "A port is a number from 0 to 65535."],
    [["ask", "Why?", "--sead", "1"], "unknown option '--sead'"],
  ])("%j is bad usage", async (words, problem) => {
    const [people, script] = await Promise.all([runCli(words), runCli([...words, "--json"])]);

    expect(people).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(problem) });
    expect(script.code).toBe(2);
    expect(onlyObject(script.stdout).failure).toMatchObject({
      code: "bad_request",
      message: expect.stringContaining(problem),
    });
  });

  test.each([
    [["ask", " "], "bad_request", "The request is not valid: question: Type a question first."],
    [
      ["ask", "Why?", "--temperature", "7"],
      "bad_request",
      "The request is not valid: temperature: Too big: expected number to be <=2",
    ],
    [["ask", "Why?", "--collection", "None"], "collection_not_found", "This workspace has no collection named None."],
  ])("%j is refused by the engine, with 2 as well", async (words, expected, message) => {
    const { code, stdout } = await runCli(here(...words, "--json"));

    expect(code).toBe(2);
    expect(onlyObject(stdout).failure).toMatchObject({ code: expected, message });
  });

  test("asks for help and version without failing", async () => {
    expect(await runCli(["--help"])).toMatchObject({ code: 0, stdout: expect.stringContaining("Usage: fourfold") });
    expect(await runCli(["--version"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  test("exits with 1 when the workspace cannot be used", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "not a folder");
    const { code, stdout } = await runCli(["models", "--workspace", file, "--json"]);

    expect(code).toBe(1);
    expect(onlyObject(stdout).failure).toMatchObject({ code: "workspace_unusable", details: { workspace: file } });
  });
});

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { beforeAll, describe, expect, test } from "vitest";
import { follow } from "../../core/contract/follow.ts";
import { type EngineClient, Failure } from "../../core/contract/index.ts";
import { failureFromWire } from "../../core/serve/wire-failures.ts";
import { httpDoor, localDoor, type OpenDoor, portDoor } from "../support/doors.ts";
import { writeModel } from "../support/random-model.ts";
import { fileFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const doors = { "in this process": localDoor, "over HTTP": httpDoor, "over a message port": portDoor };

/** One call as its caller met it. */
interface Met {
  call: string;
  progress: unknown[];
  result?: unknown;
  failure?: Failure;
}

const folder = fileFolder();
const documents = join(folder, "documents");
const slowModel = join(folder, "slow.gguf");
const workspaces = Object.keys(doors).map((name) => join(folder, name));
const transcripts: Met[][] = [];

beforeAll(async () => {
  mkdirSync(documents);
  writeFileSync(
    join(documents, "lamps.md"),
    "# Lamps\n\nThe Norrby lamp costs 79 euros.\n\nThe Lund lamp costs 45 euros.\n",
  );
  writeFileSync(join(documents, "note.txt"), "The shop in Kalmar opens at nine.\n");
  writeFileSync(join(documents, "empty.txt"), "");
  // Slow enough to be stopped in the middle: about a second for the answer that is asked for.
  const shape = {
    embeddingLength: 256,
    layers: 8,
    feedForwardLength: 512,
    heads: 4,
    keyValueHeads: 4,
    vocabularySize: 288,
  };
  writeModel(slowModel, { shape, weights: "q8_0", contextLength: 4096, name: "Slow" });
  for (const [index, open] of Object.values(doors).entries()) {
    await using door: OpenDoor = await open(workspaces[index]!);
    transcripts.push(await transcriptOf(door.client, workspaces[index]!));
  }
}, 120_000);

const metBy = (index: number, call: string): Met => transcripts[index]!.find((met) => met.call === call)!;

describe.each(Object.keys(doors).map((name, index) => ({ name, index })))("the contract $name", ({ index }) => {
  test("answers a call", () => {
    expect(metBy(index, "workspace.settings").result).toMatchObject({ theme: "system", systemPrompts: {} });
  });

  test("reports progress in order, then answers", () => {
    const { progress, result } = metBy(index, "documents.import");

    expect(progress.map((report) => (report as { type: string }).type)).toEqual(
      expect.arrayContaining(["found", "working", "finished"]),
    );
    expect(result).toMatchObject({
      stopped: false,
      documents: [
        { status: "failed", failure: { code: "document_empty" } },
        { status: "imported", chunks: 1 },
        { status: "imported", chunks: 1 },
      ],
    });
  });

  test("streams an answer whose pieces are its text", () => {
    const { progress, result } = metBy(index, "comparison.ask");
    const pieces = progress as { type: string; arm: string; delta: string }[];
    const { arms } = result as { arms: { arm: string; text: string }[] };

    for (const { arm, text } of arms)
      expect(pieces.filter((piece) => piece.type === "text" && piece.arm === arm)).toEqual([
        { type: "text", arm, delta: text },
      ]);
  });

  test("fails with what, where and what to do", () => {
    expect(metBy(index, "documents.list").failure).toEqual({
      code: "collection_not_found",
      message: "This workspace has no collection nowhere.",
      action: "Choose one of the list, or import documents into a new one.",
      details: { collection: "nowhere" },
    });
  });

  test("names every part of a request that is wrong", () => {
    expect(metBy(index, "retrieval.search").failure).toMatchObject({
      code: "bad_request",
      message: "The request is not valid: question: Type a question first.; topK: Too big: expected number to be <=50",
      details: {
        issues: [
          { path: "question", problem: "Type a question first." },
          { path: "topK", problem: "Too big: expected number to be <=50" },
        ],
      },
    });
  });

  test("says so when there is no such call", () => {
    expect(metBy(index, "comparison.guess").failure).toMatchObject({
      code: "bad_request",
      message: "There is no call comparison.guess.",
    });
  });

  test("stops in the middle of a stream and keeps what there was", () => {
    expect(metBy(index, "a stop").result).toEqual({
      tookUnderASecond: true,
      stored: [
        { arm: "base", stopReason: "stopped", hasText: true, failure: null },
        { arm: "rag", stopReason: "stopped", hasText: false, failure: null },
      ],
    });
  });

  test("hides a defect of ours behind its log entry", () => {
    const { failure } = metBy(index, "comparison.list");
    const log = readFileSync(join(workspaces[index]!, "logs", "engine.log"), "utf8");

    expect(failure).toMatchObject({ code: "internal", details: { logId: "<log id>" } });
    expect(JSON.stringify(failure)).not.toMatch(/\bat |node_modules|sqlite|comparison/i);
    expect(log).toContain("no such table: comparison");
  });

  test("carries failures that fit the contract, each with a message and an action", () => {
    for (const { failure } of transcripts[index]!.filter((met) => met.failure !== undefined)) {
      expect(Failure.parse(failure)).toEqual(failure);
      expect(failure!.message).not.toBe("");
      expect(failure!.action).not.toBe("");
    }
  });
});

test("every door gives the same transcript", () => {
  const [local, http, port] = transcripts;

  expect(http).toEqual(local);
  expect(port).toEqual(local);
});

/** The same conversation for every door, from the first call to a defect. */
async function transcriptOf(client: EngineClient, workspace: string): Promise<Met[]> {
  const transcript: Met[] = [];
  const meet = async (call: string, run: (report: (progress: unknown) => void) => Promise<unknown>): Promise<any> => {
    const met: Met = { call, progress: [] };
    try {
      const result = await run((progress) => met.progress.push(progress));
      transcript.push(withoutChance({ ...met, result }, workspace));
      return result;
    } catch (error) {
      const failure = failureFromWire(error);
      if (failure === null) throw error;
      transcript.push(withoutChance({ ...met, failure }, workspace));
    }
  };

  await meet("workspace.settings", () => client.workspace.settings({}));
  const { collectionId } = await meet("documents.import", (report) =>
    follow(client.documents.import({ collection: "Shop", paths: [documents] }), report),
  );
  await meet("comparison.ask", (report) =>
    follow(
      client.comparison.ask({
        question: "How much is the Lund lamp?",
        collectionId,
        arms: ["rag", "base"],
        seed: 7,
        temperature: 0,
      }),
      report,
    ),
  );
  await meet("documents.list", () => client.documents.list({ collectionId: "nowhere" }));
  await meet("retrieval.search", () => client.retrieval.search({ collectionId, question: " ", topK: 51 }));
  const strange = client as unknown as { comparison: { guess: (input: object) => Promise<unknown> } };
  await meet("comparison.guess", () => strange.comparison.guess({}));
  await meet("a stop", () => stopInTheMiddle(client, collectionId));
  const store = new Database(join(workspace, "fourfold.sqlite"));
  store.exec("DROP TABLE answer; DROP TABLE comparison");
  store.close();
  await meet("comparison.list", () => client.comparison.list({}));
  return transcript;
}

async function stopInTheMiddle(client: EngineClient, collectionId: string): Promise<unknown> {
  const { id: modelId } = await follow(client.models.add({ path: slowModel }), () => {});
  const stop = new AbortController();
  let comparisonId = "";
  let stoppedAt = 0;
  const asked = follow(
    client.comparison.ask(
      { question: "Tell me more.", modelId, collectionId, arms: ["base", "rag"], seed: 1, maxTokens: 2000 },
      { signal: stop.signal },
    ),
    (progress) => {
      if (progress.type === "started") comparisonId = progress.comparisonId;
      if (progress.type !== "text") return;
      stoppedAt ||= performance.now();
      stop.abort();
    },
  );
  // In this process the fragments come back; from afar the caller has left. What is stored is the same.
  await asked.catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  const stored = async () => (await client.comparison.get({ comparisonId })).arms;
  await until("both arms are stored", async () => (await stored()).length === 2);
  return {
    tookUnderASecond: performance.now() - stoppedAt < 1000,
    stored: (await stored()).map(({ arm, stopReason, text, failure }) => ({
      arm,
      stopReason,
      hasText: text !== "",
      failure,
    })),
  };
}

const measured = new Set(["ms", "etaMs", "ttftMs", "totalMs", "tokensPerSecond", "threads", "prefillChunk"]);
const dated = new Set(["askedAt", "importedAt"]);

/** What was met, without what differs between two runs of the same thing: times, ids, and how a stream was cut. */
function withoutChance(met: Met, workspace: string): Met {
  const text = JSON.stringify(met, (key, value: unknown) => (measured.has(key) || dated.has(key) ? undefined : value))
    .replaceAll(JSON.stringify(workspace).slice(1, -1), "<workspace>")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<id>")
    .replaceAll(/(log entry |"logId":")[0-9a-f]{8}/g, "$1<log id>");
  const clean = JSON.parse(text) as Met;
  return { ...clean, progress: whole(clean.progress as Report[]) };
}

type Report = { type?: string; arm?: string; delta?: string; progress?: { stage?: string } };

/** Deltas joined, and one report per stage of loading and prefill: how often they come depends on the clock. */
function whole(reports: Report[]): Report[] {
  const kept: Report[] = [];
  for (const report of reports) {
    const last = kept.at(-1);
    const continues =
      last?.type === report.type && last?.arm === report.arm && last?.progress?.stage === report.progress?.stage;
    if (report.type === "text" && continues) last!.delta = `${last!.delta}${report.delta}`;
    else if (report.type === "prefill")
      kept.splice(continues ? -1 : kept.length, 1, { type: "prefill", arm: report.arm! });
    else if (report.type !== "loading") kept.push(report);
  }
  return kept;
}

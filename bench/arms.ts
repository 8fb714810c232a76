import { join } from "node:path";
import { SupervisedChild } from "../core/children/supervised-child.ts";
import type { Comparison } from "../core/contract/comparison.ts";
import { ARMS, usesRetrieval } from "../core/contract/models.ts";
import { readManifest } from "../core/models/manifest.ts";
import { readSampleQuestions } from "../core/models/samples.ts";
import type { BareLoop, BareRun } from "./bare-loop.ts";
import { BenchEngine } from "./bench-engine.ts";
import { type Claim, type ClaimContext, type Figure, figureOf, median } from "./claim.ts";
import { questionAbout, writeDocuments } from "./generated-documents.ts";
import { generatedModel } from "./generated-model.ts";
import { processorMs } from "./processor-time.ts";

/** What one question cost on both sides. */
interface Round {
  comparison: Comparison;
  ms: number;
  processorMs: number | null;
  bare: BareRun;
}

interface Setup {
  questions: string[];
  modelId: string;
  adapterId: string;
  collectionId: string;
  basePath: string;
  adapterPath: string;
  maxTokens: number;
}

const GENERATED_ROUNDS = 5;
const POCKET_ROUNDS = 20;
/** Long enough that decoding counts, short enough that a round of eight answers takes seconds. */
const ANSWER_TOKENS = 32;

export const arms: Claim = {
  name: "arms",
  summary: "four arms through the product against a bare node-llama-cpp loop",
  measure: async (context) => [
    ...(await generatedArms(context)),
    ...(await pocketArms({ ...context, scratch: join(context.scratch, "pocket") })),
  ],
};

async function generatedArms({ scratch, say }: ClaimContext): Promise<Figure[]> {
  say("writing the generated model (once per machine) and documents");
  const { basePath, adapterPath } = generatedModel();
  writeDocuments(join(scratch, "documents"), 20, 40);
  await using product = await BenchEngine.open(join(scratch, "workspace"));
  const setup: Setup = {
    questions: Array.from({ length: GENERATED_ROUNDS + 1 }, (_, index) => questionAbout(index + 1)),
    modelId: (await product.addModel(basePath)).id,
    adapterId: (await product.addModel(adapterPath)).id,
    collectionId: await product.importFolder("Manuals", join(scratch, "documents")),
    basePath,
    adapterPath,
    maxTokens: ANSWER_TOKENS,
  };
  const rounds = await interleaved(product, setup, say);
  const claim = "arms";
  const what = `${inWords(rounds)}; retrieval, prompts, streaming and storing included on the product's side`;
  return [
    figureOf(
      rounds.map((round) => round.ms / round.bare.ms),
      {
        claim,
        name: "382M model: four arms, product ÷ bare loop (wall time)",
        unit: "×",
        goalAtMost: 1.03,
        how: `ratio per round, product and bare loop in turn; ${what}`,
      },
    ),
    ...processorRatio(rounds, claim, what),
    {
      ...figureOf([fastest(rounds.map((round) => round.ms)) / fastest(rounds.map((round) => round.bare.ms))], {
        claim,
        name: "382M model: four arms, product ÷ bare loop (fastest round of each)",
        unit: "×",
        how: "other programs only ever add time, so the fastest rounds are the least disturbed; prompts differ in a few tokens",
      }),
      n: rounds.length,
    },
    figureOf(
      rounds.map((round) => round.ms),
      { claim, name: "382M model: four arms, product", unit: "ms", how: what },
    ),
    figureOf(
      rounds.map((round) => round.bare.ms),
      { claim, name: "382M model: four prompts, bare loop", unit: "ms", how: what },
    ),
    figureOf(
      rounds.map((round) => round.ms - inModelHost(round.comparison)),
      {
        claim,
        name: "382M model: four arms, outside the model's own calls",
        unit: "ms",
        how: "wall time of the whole question less the four answers' own times: retrieval, prompts, messages, storing",
      },
    ),
    equalAnswers(rounds, "382M model"),
    ...(await changes(product, setup, say)),
  ];
}

async function pocketArms({ scratch, say }: ClaimContext): Promise<Figure[]> {
  await using product = await BenchEngine.open(join(scratch, "workspace"));
  await product.engine.prepareSamples();
  const questions = (await readSampleQuestions(await readManifest())).map(({ question }) => question);
  const base = await product.bundled("base");
  const adapter = await product.bundled("adapter");
  const setup: Setup = {
    questions: Array.from(
      { length: POCKET_ROUNDS + 1 },
      (_, index) => questions[index % questions.length]! + " ".repeat(Math.floor(index / questions.length)),
    ),
    modelId: base.id,
    adapterId: adapter.id,
    collectionId: (await product.client.collections.list({}))[0]!.id,
    basePath: base.path,
    adapterPath: adapter.path,
    maxTokens: 96,
  };
  const rounds = await interleaved(product, setup, say);
  const claim = "arms";
  const perToken = (round: Round, ms: number): number => ms / tokensOf(round.comparison);
  return [
    figureOf(
      rounds.map((round) => perToken(round, round.ms - round.bare.ms)),
      {
        claim,
        name: "pocket model: overhead per answer token, all in",
        unit: "ms",
        how: `wall time of product less bare loop, per generated token; ${inWords(rounds)}; everything of a question included`,
      },
    ),
    figureOf(
      rounds.map((round) => perToken(round, decodeMs(round.comparison) - round.bare.decodeMs)),
      {
        claim,
        name: "pocket model: overhead per answer token, decoding alone",
        unit: "ms",
        how: "from first to last token of every answer, product less bare loop, per generated token",
      },
    ),
    figureOf(
      rounds.map((round) => round.ms),
      { claim, name: "pocket model: four arms, product", unit: "ms", how: inWords(rounds), tail: true },
    ),
    figureOf(
      rounds.map((round) => round.bare.ms),
      { claim, name: "pocket model: four prompts, bare loop", unit: "ms", how: inWords(rounds), tail: true },
    ),
    figureOf(
      rounds.map((round) => round.ms - inModelHost(round.comparison)),
      {
        claim,
        name: "pocket model: four arms, outside the model's own calls",
        unit: "ms",
        how: "wall time of the whole question less the four answers' own times: retrieval, prompts, messages, storing",
      },
    ),
    equalAnswers(rounds, "pocket model"),
  ];
}

/** Each question through the product, then its exact prompts through the bare loop; the first round is warm-up. */
async function interleaved(product: BenchEngine, setup: Setup, say: ClaimContext["say"]): Promise<Round[]> {
  await using bare = new SupervisedChild<BareLoop>({
    name: "the bare loop",
    program: new URL("bare-loop.ts", import.meta.url),
  });
  const loaded = await product.load(setup.modelId);
  await bare.call("open", {
    modelPath: setup.basePath,
    adapterPath: setup.adapterPath,
    contextSize: loaded.contextSize,
    threads: loaded.threads,
    batchSize: loaded.prefillChunk,
  });
  const rounds: Round[] = [];
  for (const [index, question] of setup.questions.entries()) {
    say(`round ${index} of ${setup.questions.length - 1}: ${loaded.name}, ${loaded.threads} threads`);
    const children = await product.children();
    const before = processorMs(children);
    const { comparison, ms } = await product.ask({ ...inputOf(setup), question, reuse: false });
    const after = processorMs(children);
    const run = await bare.call("run", {
      prompts: comparison.arms.map(({ arm, provenance, completionTokens, stopReason }) => ({
        arm,
        prompt: provenance!.prompt,
        cachedTokens: provenance!.cachedTokens,
        tokens: completionTokens + (stopReason === "end" ? 1 : 0),
      })),
    });
    for (const [arm, { promptTokens }] of comparison.arms.entries()) {
      if (run.promptTokens[arm] !== promptTokens) throw new Error("The bare loop did not read the same prompt.");
    }
    const used = before === null || after === null ? null : after - before;
    if (index > 0) rounds.push({ comparison, ms, processorMs: used, bare: run });
  }
  return rounds;
}

/** What a second look costs: nothing changed, one knob turned, or the next question of the thread. */
async function changes(product: BenchEngine, setup: Setup, say: ClaimContext["say"]): Promise<Figure[]> {
  const input = inputOf(setup);
  const relative: Record<"again" | "toggled" | "toggledBack" | "followUp", number[]> = {
    again: [],
    toggled: [],
    toggledBack: [],
    followUp: [],
  };
  const cached: Record<"withDocuments" | "withoutDocuments", number[]> = { withDocuments: [], withoutDocuments: [] };
  const halfScale = { adapters: [{ modelId: setup.adapterId, scale: 0.5 }] };
  for (let repeat = 1; repeat <= 3; repeat++) {
    say(`follow-up and scale toggle ${repeat} of 3`);
    const question = questionAbout(100 + repeat);
    const first = await product.ask({ ...input, question });
    const { threadId } = first.comparison;
    relative.again.push((await product.ask({ ...input, question })).ms / first.ms);
    const followUp = await product.ask({ ...input, threadId, question: questionAbout(200 + repeat) });
    relative.followUp.push(followUp.ms / first.ms);
    for (const { arm, promptTokens, provenance } of followUp.comparison.arms) {
      cached[usesRetrieval(arm) ? "withDocuments" : "withoutDocuments"].push(
        (100 * provenance!.cachedTokens) / promptTokens,
      );
    }
    relative.toggled.push((await product.ask({ ...input, ...halfScale, question })).ms / first.ms);
    relative.toggledBack.push((await product.ask({ ...input, question })).ms / first.ms);
  }
  const figure = (measured: number[], name: string, how: string): Figure =>
    figureOf(measured, { claim: "arms", name: `382M model: ${name}`, unit: "× first", how });
  return [
    figure(relative.again, "same question again", "nothing changed, so four stored answers; relative to its first run"),
    figure(
      relative.toggled,
      "adapter scale 1 → 0.5",
      "two of four arms depend on it and are computed again, in new contexts; relative to the first run",
    ),
    figure(relative.toggledBack, "adapter scale back to 1", "four stored answers; relative to the first run"),
    figure(
      relative.followUp,
      "follow-up question",
      `a new question in the same thread, four answers of ${ANSWER_TOKENS} tokens; only whole prefill chunks of the thread are reused; relative to the thread's first question`,
    ),
    ...(["withoutDocuments", "withDocuments"] as const).map((kind) =>
      figureOf(cached[kind], {
        claim: "arms",
        name: `382M model: follow-up, prompt found in the cache, arms ${kind === "withDocuments" ? "with" : "without"} documents`,
        unit: "%",
        how: "prompt tokens whose evaluation was reused; arms with documents repeat earlier turns without their passages, so their prompts part right after the system prompt",
      }),
    ),
  ];
}

const inputOf = ({ modelId, adapterId, collectionId, maxTokens }: Setup) => ({
  arms: [...ARMS],
  modelId,
  adapters: [{ modelId: adapterId, scale: 1 }],
  collectionId,
  maxTokens,
  topK: 3,
  seed: 1,
  temperature: 0,
});

function processorRatio(rounds: Round[], claim: string, what: string): Figure[] {
  const ratios = rounds.flatMap(({ processorMs, bare }) =>
    processorMs === null ? [] : processorMs / bare.processorMs,
  );
  if (ratios.length === 0) return [];
  const how = `processor time of engine, model host and index host against the bare loop's, ratio per round; ${what}`;
  const name = "382M model: four arms, product ÷ bare loop (processor time)";
  return [figureOf(ratios, { claim, name, unit: "×", goalAtMost: 1.03, how })];
}

function equalAnswers(rounds: Round[], model: string): Figure {
  const equal = rounds.flatMap(({ comparison, bare }) =>
    comparison.arms.map((answer, arm) => (answer.text === bare.texts[arm]!.trim() ? 1 : 0) as number),
  );
  return {
    claim: "arms",
    name: `${model}: answers equal to the bare loop's`,
    value: (100 * equal.reduce((sum, one) => sum + one, 0)) / equal.length,
    unit: "%",
    p95: null,
    range: null,
    goalAtMost: null,
    n: equal.length,
    how: "share of answers with the same text, so that both sides did the same work",
  };
}

const fastest = (times: number[]): number => Math.min(...times);
const tokensOf = ({ arms }: Comparison): number => arms.reduce((sum, answer) => sum + answer.completionTokens, 0);
const inModelHost = ({ arms }: Comparison): number => arms.reduce((sum, answer) => sum + answer.totalMs, 0);
const decodeMs = ({ arms }: Comparison): number =>
  arms.reduce((sum, answer) => sum + (answer.totalMs - (answer.ttftMs ?? answer.totalMs)), 0);

function inWords(rounds: Round[]): string {
  const { arms } = rounds[0]!.comparison;
  const { threads, prefillChunk } = arms[0]!.provenance!;
  const prompts = arms.map(({ arm }, index) => {
    const tokens = median(rounds.map(({ comparison }) => comparison.arms[index]!.promptTokens));
    return `${arm} ${Math.round(tokens)}`;
  });
  const answer = Math.round(median(rounds.map(({ comparison }) => tokensOf(comparison))));
  return `prompt tokens ${prompts.join(", ")}; ${answer} answer tokens together; ${threads} threads, batch ${prefillChunk}`;
}

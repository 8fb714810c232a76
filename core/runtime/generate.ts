import type { LlamaText, Token } from "node-llama-cpp";
import { FourfoldError } from "../contract/failures.ts";
import { AnswerReader, type Part } from "./answer-reader.ts";
import type { ArmContext } from "./arm-contexts.ts";
import { Deltas } from "./deltas.ts";
import type { LoadedBase } from "./loaded-base.ts";
import { contextOverflow, generationFailed, reasonOf } from "./model-failures.ts";
import { prefill } from "./prefill.ts";
import { layOut, type Prompt } from "./prompt.ts";
import type { Generation, GenerateProgress, GenerateRequest } from "./requests.ts";
import { TokenText, writeMark } from "./token-text.ts";

/** A prompt must leave room for an answer of this length, or of `maxTokens` when that is less. */
const LEAST_ANSWER_TOKENS = 16;

export interface GenerateOptions {
  signal: AbortSignal;
  report: (progress: GenerateProgress) => void;
}

/**
 * Answer one conversation in one arm, token by token.
 *
 * A stop between two chunks or tokens is no failure: what was generated so far comes back with `stopped`.
 *
 * @throws context_overflow    before anything is evaluated; nothing is ever evicted
 * @throws generation_failed, adapter_load_failed, model_changed
 */
export async function generate(
  base: LoadedBase,
  request: GenerateRequest,
  { signal, report }: GenerateOptions,
): Promise<Generation> {
  const startedAt = performance.now();
  const { contextSize, threads, prefillChunk } = base.described;
  const prompt = layOut(base.model, base.template, request.messages);
  const leastRoom = Math.min(request.maxTokens, LEAST_ANSWER_TOKENS);
  if (prompt.promptTokens + leastRoom > contextSize) {
    throw contextOverflow(prompt.promptTokens, contextSize, request.maxTokens);
  }
  const arm = await base.arms.open(request.arm, request.adapters);
  try {
    const { cachedTokens, stopped } = await prefill(arm, prompt.tokens, prefillChunk, {
      cold: request.cold ?? false,
      signal,
      onChunk: prefillReporter(prompt, report),
    });
    const deltas = new Deltas(report);
    const answer = new Answer(base, request, prompt, (parts) => deltas.add(parts));
    if (!stopped) await decode(arm, answer, prompt, request, signal);
    answer.finish();
    deltas.flush();
    const { tokens, firstTokenAt, lastTokenAt } = answer;
    return {
      text: answer.reader.text,
      thoughts: answer.reader.thoughts,
      prompt: prompt.prompt,
      promptSha256: prompt.promptSha256,
      promptTokens: prompt.promptTokens,
      cachedTokens,
      completionTokens: tokens.length,
      tokens,
      ttftMs: firstTokenAt === null ? null : firstTokenAt - startedAt,
      totalMs: performance.now() - startedAt,
      tokensPerSecond:
        tokens.length < 2 || firstTokenAt === null ? null : ((tokens.length - 1) * 1000) / (lastTokenAt - firstTokenAt),
      stopReason: answer.stopReason ?? "stopped",
      contextSize,
      threads,
      prefillChunk,
      libraryVersion: base.libraryVersion,
    };
  } catch (error) {
    await base.arms.discard(request.arm);
    throw error instanceof FourfoldError ? error : generationFailed(reasonOf(error));
  }
}

async function decode(
  arm: ArmContext,
  answer: Answer,
  prompt: Prompt,
  request: GenerateRequest,
  signal: AbortSignal,
): Promise<void> {
  const { seed, temperature, topK, topP, minP } = request.sampling;
  const first = [prompt.tokens.at(-1)!, ...answer.closeThoughtIfSpent()];
  // Every value is given: the library's own default for the seed is the clock.
  const options = { seed, temperature, topK, topP, minP, yieldEogToken: true };
  const evaluation = arm.sequence.evaluate(first, options);
  try {
    let step = await evaluation.next();
    while (step.done !== true) {
      const injected = answer.take(step.value);
      if (answer.stopReason !== null || signal.aborted) return;
      step = await evaluation.next(injected.length === 0 ? undefined : [step.value, ...injected]);
    }
  } finally {
    await evaluation.return();
  }
}

/** The answer as it grows: what to show, when to close a thought, when to end. */
class Answer {
  readonly tokens: Token[] = [];
  readonly reader: AnswerReader;
  stopReason: "end" | "maxTokens" | null = null;
  firstTokenAt: number | null = null;
  lastTokenAt = 0;
  readonly #text: TokenText;
  readonly #isEnd: (token: Token) => boolean;
  readonly #closing: Token[];
  readonly #onParts: (parts: Part[]) => void;
  readonly #maxTokens: number;
  readonly #thoughtTokens: number;
  readonly #room: number;
  #answerCount = 0;
  #thoughtCount = 0;
  #hasClosed = false;

  constructor(base: LoadedBase, request: GenerateRequest, prompt: Prompt, onParts: (parts: Part[]) => void) {
    const { model, template, described } = base;
    const mark = (text: LlamaText): string => writeMark(model, text);
    const thought = template.thought && { open: mark(template.thought.open), close: mark(template.thought.close) };
    this.reader = new AnswerReader(
      { thought, stops: [...new Set(prompt.stops.map(mark))].filter((stop) => stop !== "") },
      prompt.startsInThought,
    );
    this.#text = new TokenText(model);
    this.#isEnd = (token) => model.isEogToken(token);
    this.#closing = template.thought?.close.tokenize(model.tokenizer, "trimLeadingSpace") ?? [];
    this.#onParts = onParts;
    this.#maxTokens = request.maxTokens;
    this.#thoughtTokens = request.thoughtTokens;
    this.#room = described.contextSize - prompt.promptTokens;
  }

  /** Take the next token; what comes back is to be evaluated after it as if the model had said it. */
  take(token: Token): Token[] {
    this.lastTokenAt = performance.now();
    this.firstTokenAt ??= this.lastTokenAt;
    if (this.#isEnd(token)) {
      this.stopReason = "end";
      return [];
    }
    const wasInThought = this.reader.inThought;
    this.#add(token);
    if (wasInThought || this.reader.inThought) this.#thoughtCount++;
    else this.#answerCount++;
    if (this.reader.isOver) this.stopReason = "end";
    else if (this.#answerCount >= this.#maxTokens || this.tokens.length >= this.#room) this.stopReason = "maxTokens";
    return this.stopReason === null ? this.closeThoughtIfSpent() : [];
  }

  /** The tokens that close a thought whose budget is spent. */
  closeThoughtIfSpent(): Token[] {
    if (!this.reader.inThought || this.#thoughtCount < this.#thoughtTokens) return [];
    // A model that opens its thoughts again and again must come to an end as well.
    if (this.#hasClosed) this.#answerCount++;
    this.#hasClosed = true;
    const closing = this.#closing.slice(0, Math.max(0, this.#room - this.tokens.length - 1));
    for (const token of closing) this.#add(token);
    return closing;
  }

  finish(): void {
    this.#onParts([...this.reader.read(this.#text.end()), ...this.reader.end()]);
  }

  #add(token: Token): void {
    this.tokens.push(token);
    this.#onParts(this.reader.read(this.#text.read(token)));
  }
}

function prefillReporter(
  { promptTokens }: Prompt,
  report: (progress: GenerateProgress) => void,
): (doneTokens: number) => void {
  // The first call tells what the cache held; only what was evaluated since says anything about speed.
  let found: { tokens: number; at: number } | null = null;
  return (doneTokens) => {
    found ??= { tokens: doneTokens, at: performance.now() };
    const evaluated = doneTokens - found.tokens;
    const perToken = evaluated === 0 ? null : (performance.now() - found.at) / evaluated;
    const etaMs = perToken === null ? null : perToken * (promptTokens - doneTokens);
    report({ type: "prefill", doneTokens, promptTokens, etaMs });
  };
}

import type { LlamaModel, Token } from "node-llama-cpp";
import { AdapterFiles } from "./adapter-files.ts";
import { openContext, openSequence } from "./arm-contexts.ts";
import { withReason } from "./llama-library.ts";
import type { LoadedBase } from "./loaded-base.ts";
import { adapterLoadFailed, generationFailed } from "./model-failures.ts";
import type { AdapterUse } from "./requests.ts";

/** How far adapters move a base on one text. */
export interface Probe {
  /** Tokens of the text that were predicted. */
  tokens: number;
  /** Mean negative log-likelihood of the text, nats per token. */
  baseLoss: number;
  adaptedLoss: number;
  /**
   * Mean Kullback–Leibler divergence of the adapted next-token distribution from the base's, nats per token:
   * 0 when the adapters change nothing here.
   */
  divergence: number;
}

/** The whole vocabulary is compared at each position, so a longer text costs memory and tells little more. */
const MOST_TOKENS = 64;
/** Probabilities are float32; below this a logarithm says more about rounding than about the model. */
const SMALLEST_PROBABILITY = 1e-12;

const wholeVocabulary = { generateNext: { probabilities: true } } as const;

/**
 * Measure, by evaluating a text with and without adapters, how differently they predict it.
 *
 * @throws adapter_load_failed, model_changed, generation_failed  also when the text is shorter than two tokens
 */
export async function probe(base: LoadedBase, text: string, adapters: AdapterUse[]): Promise<Probe> {
  const tokens = base.model.tokenize(text).slice(0, MOST_TOKENS);
  if (tokens.length < 2) throw generationFailed("the probe text has fewer than two tokens");
  await using files = new AdapterFiles();
  const applied: { filePath: string; scale: number }[] = [];
  for (const adapter of adapters) applied.push({ filePath: await files.pathFor(adapter), scale: adapter.scale });
  const plain = await distributions(base, tokens, []);
  const adapted = await withReason(
    () => distributions(base, tokens, applied),
    (reason) => adapterLoadFailed(adapters[0]?.path ?? "", reason),
  );
  const mean = (valueAt: (at: number) => number): number =>
    plain.reduce((sum, _, at) => sum + valueAt(at), 0) / plain.length;
  return {
    tokens: plain.length,
    baseLoss: mean((at) => -logOf(plain[at]!, tokens[at + 1]!)),
    adaptedLoss: mean((at) => -logOf(adapted[at]!, tokens[at + 1]!)),
    divergence: Math.max(
      0,
      mean((at) => divergence(plain[at]!, adapted[at]!)),
    ),
  };
}

/** The distribution over the next token after each token but the last. */
async function distributions(
  { model, described }: LoadedBase,
  tokens: Token[],
  adapters: { filePath: string; scale: number }[],
): Promise<Map<Token, number>[]> {
  await using context = await openProbeContext(model, described.threads, adapters);
  const sequence = openSequence(context);
  const evaluated = await sequence.controlledEvaluate(
    tokens.slice(0, -1).map((token): [Token, typeof wholeVocabulary] => [token, wholeVocabulary]),
  );
  return evaluated.map((item) => item!.next.probabilities!);
}

const openProbeContext = (model: LlamaModel, threads: number, adapters: { filePath: string; scale: number }[]) =>
  openContext(model, { contextSize: 256, threads, prefillChunk: MOST_TOKENS }, adapters);

const logOf = (probabilities: Map<Token, number>, token: Token): number =>
  Math.log(Math.max(SMALLEST_PROBABILITY, probabilities.get(token) ?? 0));

function divergence(from: Map<Token, number>, to: Map<Token, number>): number {
  let sum = 0;
  for (const [token, probability] of from) {
    if (probability > SMALLEST_PROBABILITY) sum += probability * (Math.log(probability) - logOf(to, token));
  }
  return sum;
}

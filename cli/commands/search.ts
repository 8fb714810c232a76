import { resolve } from "node:path";
import type { Command } from "commander";
import type { Candidate, Explanation, Retrieval } from "../../core/contract/index.ts";
import { chosenCollections } from "../chosen-collection.ts";
import { addFilterOptions, collect, filterOf, type FilterOptions } from "../filter-options.ts";
import { parseNumber } from "../numbers.ts";
import { globalOptions, withEngine } from "../open-engine.ts";

interface SearchOptions extends FilterOptions {
  collection: string[];
  topK?: number;
  explain?: boolean;
  checkIndex?: boolean;
  floor?: number;
  mmr?: number;
  reranker?: string;
}

export function addSearch(program: Command): void {
  const command = program
    .command("search")
    .description("show which passages a question finds, and with --explain why these")
    .argument("<question>")
    .option(
      "--collection <name>",
      "where to look; may be given more than once; default: those chosen last",
      collect,
      [],
    )
    .option("--top-k <n>", "passages to find", parseNumber)
    .option(
      "--explain",
      "every step: both legs, nearest lines, fusion, rerank, the cut, near misses, the exact prompts",
    )
    .option("--check-index", "with --explain: compare the index with exact search for this question")
    .option("--floor <similarity>", "leave out what is less similar than this, −1 to 1", parseNumber)
    .option("--mmr <lambda>", "weigh diversity: 1 keeps the order, 0 looks at nothing else", parseNumber)
    .option("--reranker <path>", "your own cross-encoder: an ONNX folder or a GGUF file");
  addFilterOptions(command).action(async (question: string, options: SearchOptions, command: Command) => {
    const global = globalOptions(command);
    const result = await withEngine(global, "search", async (client, signal) => {
      const [first, ...others] = await chosenCollections(client, options.collection);
      const input = {
        collectionId: first,
        otherCollectionIds: others,
        question,
        ...(options.topK !== undefined && { topK: options.topK }),
        filter: await filterOf(client, [first, ...others], options),
        settings: {
          ...(options.floor !== undefined && { scoreFloor: options.floor }),
          ...(options.mmr !== undefined && { mmrLambda: options.mmr }),
          ...(options.reranker !== undefined && { reranker: resolve(options.reranker) }),
        },
      };
      if (!options.explain) return client.retrieval.search(input, { signal });
      const { adapters } = await client.workspace.settings({});
      const checkIndex = options.checkIndex ?? false;
      return client.retrieval.explain({ ...input, adapters, checkIndex }, { signal });
    });
    if (global.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else if ("candidates" in result) printExplanation(result);
    else printPassages(result);
  });
}

function printPassages({ passages, chunkCount, ms, asksForAll }: Retrieval): void {
  for (const { n, document, heading, similarity, bm25Rank, vectorRank, lineRank, text } of passages) {
    const place = heading === null ? document : `${document} › ${heading}`;
    const ranks = `meaning ${vectorRank ?? "–"} (${similarity?.toFixed(3) ?? "–"}), words ${bm25Rank ?? "–"}${lineRank === null ? "" : `, line ${lineRank}`}`;
    process.stdout.write(`[${n}] ${place} · ${ranks}\n    ${shortened(text, 160)}\n`);
  }
  process.stdout.write(`${passages.length} of ${chunkCount} chunks, ${ms.toFixed(0)} ms\n`);
  if (asksForAll !== null) process.stdout.write(`${aboutAll(passages.length, chunkCount)}\n`);
}

const columns = ["", "fused", "score", "meaning", "cosine", "words", "BM25", "line", "rerank", "MMR", "passage"];

function printExplanation(explanation: Explanation): void {
  const { candidates, words, retrieval, topK, prompts, promptFailure, index, timings } = explanation;
  const common = words.filter(({ isCommon }) => isCommon).map(({ word }) => word);
  const looked = words.filter(({ isCommon }) => !isCommon).map(({ word, chunks }) => `${word} (${chunks})`);
  process.stdout.write(`Words looked up, with the chunks that have them: ${looked.join(", ") || "none"}\n`);
  if (common.length > 0) process.stdout.write(`Left out, because nearly every chunk has them: ${common.join(", ")}\n`);
  const rows = candidates.map((candidate) => ({ outcome: candidate.outcome, cells: cellsOf(candidate) }));
  const widths = columns.map((name, column) =>
    column === columns.length - 1 ? 0 : Math.max(name.length, ...rows.map(({ cells }) => cells[column]!.length)),
  );
  const line = (cells: string[]): string => cells.map((cell, column) => cell.padStart(widths[column]!)).join("  ");
  process.stdout.write(`\n${line(columns)}\n`);
  let above: Candidate["outcome"] = "passage";
  for (const { outcome, cells } of rows) {
    if (outcome !== above) process.stdout.write(`${cutWords(outcome, topK)}\n`);
    above = outcome;
    process.stdout.write(`${line(cells)}\n`);
  }
  const { meaning, words: wordsMs, lines, rerank } = timings;
  const steps = `meaning ${meaning.toFixed(0)} ms (${retrieval.index}), words ${wordsMs.toFixed(0)} ms, lines ${lines.toFixed(0)} ms, rerank ${rerank.toFixed(0)} ms`;
  process.stdout.write(`\n${explanation.searchedChunks} of ${retrieval.chunkCount} chunks searched: ${steps}\n`);
  if (index !== null) {
    const { kind, recallAt10, indexMs, exactMs } = index;
    process.stdout.write(
      `Index against exact search: ${kind} found ${Math.round(recallAt10 * 100)} % of the ten nearest (${indexMs.toFixed(1)} against ${exactMs.toFixed(1)} ms)\n`,
    );
  }
  if (retrieval.asksForAll !== null)
    process.stdout.write(`${aboutAll(retrieval.passages.length, retrieval.chunkCount)}\n`);
  if (promptFailure !== null) process.stdout.write(`\nNo prompt: ${promptFailure.message} ${promptFailure.action}\n`);
  for (const { arm, promptTokens, reservedTokens, contextSize, passagesLeftOut, prompt } of prompts) {
    const left = passagesLeftOut.length === 0 ? "" : `; no room for ${passagesLeftOut.map((n) => `[${n}]`).join(" ")}`;
    const figures = `${promptTokens} tokens + ${reservedTokens} for the answer, of ${contextSize}${left}`;
    process.stdout.write(`\n── prompt of ${arm}: ${figures}\n${prompt}\n`);
  }
}

function cellsOf(candidate: Candidate): string[] {
  const { n, fusedRank, score, vectorRank, similarity, bm25Rank, bm25, lineRank, rerankScore, mmrRank } = candidate;
  const { document, text } = candidate;
  const flags = candidate.addressesModel.length > 0 ? " ⚠ speaks to the model:" : "";
  return [
    n === null ? "" : `[${n}]`,
    String(fusedRank),
    score.toFixed(4),
    String(vectorRank ?? "–"),
    similarity?.toFixed(3) ?? "–",
    String(bm25Rank ?? "–"),
    bm25?.toFixed(2) ?? "–",
    String(lineRank ?? "–"),
    rerankScore?.toFixed(3) ?? "–",
    String(mmrRank ?? "–"),
    `${document}${flags}: ${shortened(text, 70)}`,
  ];
}

const cutWords = (outcome: Candidate["outcome"], topK: number): string =>
  outcome === "below_top_k" ? `──── cut: the best ${topK} are passages ────` : "──── cut: below the score floor ────";

const aboutAll = (seen: number, all: number): string =>
  `This seems to ask about all documents; retrieval sees ${seen} of ${all} chunks. ask --whole-documents reads them whole where they fit.`;

function shortened(text: string, most: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

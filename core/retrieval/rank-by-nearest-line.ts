import type { RetrievalSettings } from "../contract/retrieval.ts";
import type { EmbedderIdentity } from "../store/collections.ts";
import { similarityOf } from "../vectors/similarity.ts";
import type { Vectors } from "../vectors/vectors.ts";
import type { ChunkSource } from "./chunk-source.ts";
import { linesOf } from "./lines-of.ts";

/** Candidates whose lines are read: lines further down changed none of 187 questions, and would take as long again. */
const READ_CANDIDATES = 15;

/** Lines read at most, whole candidates, the best first: chunks of tables can have hundreds each. */
const MOST_LINES = 500;

/** What its nearest line says of a chunk. */
export interface NearestLine {
  /** 1-based, among chunks of one embedder. */
  lineRank: number;
  /** Cosine of the question and the chunk's nearest line, −1 to 1. */
  lineSimilarity: number;
}

/** A chunk, with the question as its collection's embedder has it. */
interface Candidate {
  id: number;
  vector: Float32Array;
  embedder: EmbedderIdentity;
}

/**
 * How much the nearest line counts. Where nobody chose, it counts where meaning does and embedding some hundred lines takes
 * milliseconds: with a static embedder. A network would need seconds for each question.
 */
export function lineWeightOf(
  { lineWeight, meaningWeight }: Pick<RetrievalSettings, "lineWeight" | "meaningWeight">,
  collections: { embedder: EmbedderIdentity }[],
): number {
  const isQuick = collections.every(({ embedder }) => embedder.isStatic === true);
  return lineWeight ?? (isQuick && meaningWeight > 0 ? 1 : 0);
}

/**
 * Rank the first candidates by the one line of each that is nearest to the question: a line that answers counts as much in
 * a chunk about many things as in one about it alone (the maximum over the parts of a text, as in late interaction;
 * Khattab, Zaharia: "ColBERT", SIGIR 2020).
 *
 * @param candidates  best first
 * @returns           by id; without the candidates that were not read
 */
export async function rankByNearestLine(
  vectors: Vectors,
  source: ChunkSource,
  candidates: Candidate[],
  signal?: AbortSignal,
): Promise<Map<number, NearestLine>> {
  const first = candidates.slice(0, READ_CANDIDATES);
  const chunks = await source.readChunks(first.map(({ id }) => id));
  const read: { candidate: Candidate; lines: string[] }[] = [];
  let lineCount = 0;
  for (const candidate of first) {
    const lines = linesOf(chunks.get(candidate.id)?.text ?? "");
    lineCount += lines.length;
    if (lineCount > MOST_LINES && read.length > 0) break;
    read.push({ candidate, lines });
  }
  const ranks = new Map<number, NearestLine>();
  for (const each of Map.groupBy(read, ({ candidate }) => candidate.embedder.id).values()) {
    // Chunks overlap, and tables repeat themselves: a line is embedded once.
    const texts = [...new Set(each.flatMap(({ lines }) => lines))];
    const embedded = await vectors.embedPassages(each[0]!.candidate.embedder, texts, { signal });
    const byText = new Map(texts.map((text, index) => [text, embedded[index]!]));
    const nearest = each
      .filter(({ lines }) => lines.length > 0)
      .map(({ candidate: { id, vector }, lines }) => ({
        id,
        lineSimilarity: Math.max(...lines.map((line) => similarityOf(byText.get(line)!, vector))),
      }))
      // Stable: of two alike the better candidate stays first.
      .toSorted((a, b) => b.lineSimilarity - a.lineSimilarity);
    for (const [index, { id, lineSimilarity }] of nearest.entries())
      ranks.set(id, { lineRank: index + 1, lineSimilarity });
  }
  return ranks;
}

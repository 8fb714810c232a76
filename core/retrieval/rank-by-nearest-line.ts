import type { RetrievalSettings } from "../contract/retrieval.ts";
import type { EmbedderIdentity, StoredCollection } from "../store/collections.ts";
import { similarityOf } from "../vectors/similarity.ts";
import type { Vectors } from "../vectors/vectors.ts";
import type { ChunkSource, MeaningLeg } from "./chunk-source.ts";
import { linesOf } from "./lines-of.ts";

/** Candidates whose lines are read: what stands below them is hardly ever brought among the passages. */
const READ_CANDIDATES = 30;

/** What its nearest line says of a chunk. */
export interface NearestLine {
  /** 1-based, among chunks of one embedder. */
  lineRank: number;
  /** Cosine of the question and the chunk's nearest line, −1 to 1. */
  lineSimilarity: number;
}

/**
 * How much the nearest line counts. Where nobody chose, it counts where embedding some hundred lines takes milliseconds: with a
 * static embedder. A network would need seconds for each question.
 */
export const lineWeightOf = ({ lineWeight }: RetrievalSettings, collections: StoredCollection[]): number =>
  lineWeight ?? (collections.every(({ embedder }) => embedder.isStatic === true) ? 1 : 0);

/**
 * Rank the first candidates by the one line of each that is nearest to the question: a line that answers counts as much in
 * a chunk about many things as in one about it alone (the maximum over the parts of a text, as in late interaction;
 * Khattab, Zaharia: "ColBERT", SIGIR 2020).
 *
 * @param candidates  ids of chunks, best first, and the collection of each
 */
export async function rankByNearestLine(
  vectors: Vectors,
  source: ChunkSource,
  { queries }: MeaningLeg,
  candidates: { id: number; collection: StoredCollection }[],
  signal?: AbortSignal,
): Promise<Map<number, NearestLine>> {
  const read = candidates.slice(0, READ_CANDIDATES);
  const chunks = await source.readChunks(read.map(({ id }) => id));
  const ranks = new Map<number, NearestLine>();
  for (const each of Map.groupBy(read, ({ collection }) => collection.embedder.id).values()) {
    const lines = each.flatMap(({ id, collection }) =>
      linesOf(chunks.get(id)?.text ?? "").map((text) => ({ id, text, query: queries.get(collection.id)! })),
    );
    const embedder: EmbedderIdentity = each[0]!.collection.embedder;
    const embeddings = await vectors.embedPassages(
      embedder,
      lines.map(({ text }) => text),
      { signal },
    );
    const nearest = new Map<number, number>();
    for (const [index, { id, query }] of lines.entries())
      nearest.set(id, Math.max(nearest.get(id) ?? -1, similarityOf(embeddings[index]!, query)));
    // The sort is stable: of two alike the better candidate stays first.
    const ordered = [...nearest].toSorted(([, a], [, b]) => b - a);
    for (const [index, [id, lineSimilarity]] of ordered.entries())
      ranks.set(id, { lineRank: index + 1, lineSimilarity });
  }
  return ranks;
}

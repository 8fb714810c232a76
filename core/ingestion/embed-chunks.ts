import { createHash } from "node:crypto";
import { embeddedText } from "../documents/embedded-text.ts";
import type { ReadDocument } from "../documents/reading.ts";

import type { EmbedderIdentity } from "../store/collections.ts";
import type { ImportStore } from "../store/import-store.ts";
import type { NewChunk } from "../store/save-document.ts";
import type { Vectors } from "../vectors/vectors.ts";

/** Chunks per request to the embedder: what is kept when an import pauses in the middle of a long document. */
const SLICE = 128;

export interface EmbeddedChunks {
  chunks: NewChunk[];
  /** Texts the embedder was asked for. */
  embedded: number;
  /** Chunks whose vector was known, or stood twice in the document. */
  reused: number;
}

/**
 * Give every chunk its vector, asking the embedder only for texts whose vector the collection does not hold yet.
 *
 * @param pending  vectors of a document that was not finished, by embedder and content hash; filled on the way, so that what a
 *                 pause interrupts is not embedded again
 */
export async function embedChunks(
  { store, vectors }: { store: Pick<ImportStore, "findEmbeddings">; vectors: Vectors },
  embedder: EmbedderIdentity,
  read: ReadDocument,
  pending: Map<string, Float32Array>,
  { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress: (fraction: number) => void },
): Promise<EmbeddedChunks> {
  const texts = read.chunks.map((chunk) => embeddedText(chunk, read.text.slice(chunk.start, chunk.end)));
  const hashes = texts.map(contentHashOf);
  const known = await store.findEmbeddings([...new Set(hashes)]);
  const missing = new Map<string, string>();
  // A paused import may wake to another embedder.
  const pendingKey = (hash: string): string => `${embedder.id} ${hash}`;
  for (const [index, hash] of hashes.entries())
    if (!known.has(hash) && !pending.has(pendingKey(hash))) missing.set(hash, texts[index]!);
  const queue = [...missing];
  for (let from = 0; from < queue.length; from += SLICE) {
    const slice = queue.slice(from, from + SLICE);
    const embeddings = await vectors.embedPassages(
      embedder,
      slice.map(([, text]) => text),
      { signal, onProgress: (done) => onProgress((from + done) / queue.length) },
    );
    for (const [index, [hash]] of slice.entries()) pending.set(pendingKey(hash), embeddings[index]!);
  }
  const chunks = read.chunks.map((chunk, index) => {
    const contentHash = hashes[index]!;
    return { ...chunk, contentHash, embedding: known.get(contentHash) ?? pending.get(pendingKey(contentHash))! };
  });
  const embedded = new Set(hashes.filter((hash) => !known.has(hash))).size;
  return { chunks, embedded, reused: chunks.length - embedded };
}

/** First 128 bits of SHA-256 over exactly the text that is embedded. */
export const contentHashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);

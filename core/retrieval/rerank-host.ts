import { serveChild } from "../children/serve-child.ts";
import type { Handler } from "../children/wire.ts";
import { openReranker, type Reranker } from "./reranker.ts";

/** The program of the rerank host: one cross-encoder at a time, the one asked for last. */

let opened: { path: string; reranker: Promise<Reranker> } | null = null;

export interface RerankHost {
  [call: string]: Handler<any, any, any>;
  score: Handler<{ path: string; question: string; texts: string[] }, { scores: number[]; sha256: string }>;
}

const host: RerankHost = {
  score: async ({ path, question, texts }, { signal }) => {
    const reranker = await rerankerAt(path);
    return { scores: await reranker.score(question, texts, signal), sha256: reranker.sha256 };
  },
};

async function rerankerAt(path: string): Promise<Reranker> {
  if (opened?.path === path) return opened.reranker;
  const before = opened;
  const reranker = openReranker(path);
  opened = { path, reranker };
  // A failed opening is tried again at the next call: the files may have been put right.
  reranker.catch(() => {
    if (opened?.reranker === reranker) opened = null;
  });
  await before?.reranker.then((old) => old.dispose()).catch(() => {});
  return reranker;
}

serveChild(host);

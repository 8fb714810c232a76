import { z } from "zod";
import { call } from "./call.ts";
import { CorpusReport } from "./corpus.ts";
import { Explain, Explanation } from "./explanation.ts";
import { Retrieval, RetrievalSettings, Search } from "./retrieval.ts";

export const retrieval = {
  search: call({
    summary:
      "Find the chunks of collections that best match a question: by meaning, by words and by their nearest line.",
    input: Search,
    output: Retrieval,
  }),
  explain: call({
    summary:
      "Search, and show every step: both legs, nearest lines, fusion, rerank, the cut, near misses and the exact prompts.",
    input: Explain,
    output: Explanation,
  }),
  corpus: call({
    summary: "How often each document of a collection was retrieved and cited, and what that suggests.",
    input: z.object({ collectionId: z.string() }),
    output: CorpusReport,
  }),
  defaults: call({
    summary: "The measured defaults of every retrieval setting.",
    input: z.object({}),
    output: RetrievalSettings,
  }),
};

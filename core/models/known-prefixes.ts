interface Prefixes {
  queryPrefix: string;
  passagePrefix: string;
}

/** What families of embedders were trained to see before a text, from their model cards. Without it they find less. */
const families: { name: RegExp; prefixes: Prefixes }[] = [
  { name: /\be5\b(?!.*instruct)/i, prefixes: { queryPrefix: "query: ", passagePrefix: "passage: " } },
  { name: /nomic[- ]?embed/i, prefixes: { queryPrefix: "search_query: ", passagePrefix: "search_document: " } },
  {
    name: /\b(bge-(small|base|large)-en|mxbai-embed|snowflake-arctic-embed)/i,
    prefixes: { queryPrefix: "Represent this sentence for searching relevant passages: ", passagePrefix: "" },
  },
  {
    name: /embedding-?gemma/i,
    prefixes: { queryPrefix: "task: search result | query: ", passagePrefix: "title: none | text: " },
  },
  {
    name: /qwen3-embedding/i,
    prefixes: {
      queryPrefix: "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:",
      passagePrefix: "",
    },
  },
];

/** The prefixes of the family a name belongs to; empty ones when it is of none that wants any. */
export function knownPrefixes(name: string): Prefixes {
  return families.find((family) => family.name.test(name))?.prefixes ?? { queryPrefix: "", passagePrefix: "" };
}

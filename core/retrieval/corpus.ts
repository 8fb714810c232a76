import type { CorpusReport, DocumentUse } from "../contract/corpus.ts";
import type { RetrievalFilter } from "../contract/retrieval.ts";
import { noFilter } from "./default-settings.ts";

/** With fewer questions "never retrieved" says more about the questions than about the documents. */
const LEAST_QUESTIONS = 20;
/** A document found so often and never cited answers nothing. */
const RETRIEVED_OFTEN = 5;
/** Less letters than this: tables of numbers, ruined encodings, drawings made of characters. */
const LEAST_TEXT_SHARE = 0.45;
const LEAST_TOKENS = 12;
const OLD_DAYS = 365;
/** Where one part of the collection earns this share of all citations, searching only it is worth a thought. */
const DOMINANT_SHARE = 0.9;

/**
 * How a collection's documents were used by the stored questions, and what that suggests: what never helped, what is
 * hardly text, and filters that would have lost nothing.
 *
 * @param options.questions  those that searched the collection
 * @param options.isShared   others ask it as well, and their questions are not known here: no use is no reason to remove
 * @param options.today      what "old" is measured from
 */
export function corpusReport(
  documents: DocumentUse[],
  { questions, isShared, today = new Date() }: { questions: number; isShared: boolean; today?: Date },
): CorpusReport {
  const suggested = removals(documents, questions, today);
  return {
    questions,
    documents,
    suggestions: [
      ...suggested.filter(({ reason }) => !isShared || reason === "little_text"),
      ...filters(documents, today),
    ],
  };
}

type Suggestion = CorpusReport["suggestions"][number];

function removals(documents: DocumentUse[], questions: number, today: Date): Suggestion[] {
  const suggest = (
    reason: Suggestion["reason"],
    found: DocumentUse[],
    message: (words: string) => string,
  ): Suggestion[] =>
    found.length === 0
      ? []
      : [
          {
            kind: "remove",
            reason,
            message: message(found.length === 1 ? `${found[0]!.name}` : `${found.length} documents`),
            documentIds: found.map(({ documentId }) => documentId),
            filter: null,
          },
        ];
  const little = documents.filter(({ textShare, tokens }) => textShare < LEAST_TEXT_SHARE || tokens < LEAST_TOKENS);
  const enough = questions >= LEAST_QUESTIONS;
  const never = enough ? documents.filter(({ retrieved }) => retrieved === 0) : [];
  const old = never.filter(({ importedAt }) => isOld(importedAt, today));
  const uncited = documents.filter(({ retrieved, cited }) => retrieved >= RETRIEVED_OFTEN && cited === 0);
  return [
    ...suggest(
      "little_text",
      little,
      (words) => `${words}: hardly any readable text. Such chunks only take places away.`,
    ),
    ...suggest(
      "never_cited",
      uncited,
      (words) => `${words}: retrieved ${RETRIEVED_OFTEN} times or more, and no answer cited it.`,
    ),
    ...suggest("old", old, (words) => `${words}: imported more than a year ago and never retrieved.`),
    ...suggest(
      "never_retrieved",
      never.filter((document) => !old.includes(document) && !little.includes(document)),
      (words) => `${words}: not retrieved by any of ${questions} questions.`,
    ),
  ];
}

function filters(documents: DocumentUse[], today: Date): Suggestion[] {
  const cited = documents.reduce((sum, document) => sum + document.cited, 0);
  if (cited < RETRIEVED_OFTEN || documents.length < 3) return [];
  const suggestions: Suggestion[] = [];
  const consider = (
    reason: "domain" | "recency",
    inside: DocumentUse[],
    words: string,
    filter: RetrievalFilter,
  ): void => {
    const share = inside.reduce((sum, document) => sum + document.cited, 0) / cited;
    // A filter that leaves nearly everything in is none.
    if (share < DOMINANT_SHARE || inside.length > documents.length / 2) return;
    suggestions.push({
      kind: "filter",
      reason,
      message: `${Math.round(share * 100)} % of all citations come from ${words}, ${inside.length} of ${documents.length} documents.`,
      documentIds: inside.map(({ documentId }) => documentId),
      filter,
    });
  };
  for (const [folder, inside] of grouped(documents, ({ path }) => path.replace(/[/\\][^/\\]*$/, "")))
    consider("domain", inside, `the folder ${folder}`, { ...noFilter, folders: [folder] });
  for (const [format, inside] of grouped(documents, (document) => document.format))
    consider("domain", inside, `${format} files`, { ...noFilter, formats: [format] });
  const monthAgo = new Date(today.getTime() - 30 * 86_400_000).toISOString().slice(0, 10);
  const recent = documents.filter(({ importedAt }) => importedAt >= monthAgo);
  consider("recency", recent, "the last 30 days", { ...noFilter, importedFrom: monthAgo });
  return suggestions;
}

function grouped<Key>(documents: DocumentUse[], keyOf: (document: DocumentUse) => Key): Map<Key, DocumentUse[]> {
  const groups = new Map<Key, DocumentUse[]>();
  for (const document of documents) groups.set(keyOf(document), [...(groups.get(keyOf(document)) ?? []), document]);
  return groups;
}

const isOld = (importedAt: string, today: Date): boolean =>
  today.getTime() - new Date(importedAt).getTime() > OLD_DAYS * 86_400_000;

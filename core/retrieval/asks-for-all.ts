/** What a question about all of the documents wants of them. */
export type AsksForAll = "count" | "list" | "summary";

/**
 * The words such questions begin or turn on. Deterministic on purpose: it only decides whether a line offers to read
 * whole documents, so a wrong guess costs a line, and a right one saves a wrong answer.
 */
const patterns: { kind: AsksForAll; pattern: RegExp }[] = [
  {
    kind: "summary",
    pattern:
      /\b(?:summar(?:y|ies|i[sz]e|i[sz]ing)|overview|main (?:points|topics|themes)|key takeaways|tl;?dr|what (?:are|is) (?:these|this|the|all(?: the)?) (?:documents?|files?|texts?|collection) about)\b/iu,
  },
  {
    kind: "summary",
    pattern:
      /(?<!\p{L})(?:zusammenfass\p{L}*|fass\p{L}* .*zusammen|überblick|hauptpunkte|hauptthemen|worum geht es|wovon handel\p{L}*)(?!\p{L})/iu,
  },
  {
    kind: "summary",
    pattern:
      /(?<!\p{L})(?:résum\p{L}+|resum(?:e|en|ir|a|o)|riassum\p{L}+|riassunto|samenvat\p{L}*|vat .*samen)(?!\p{L})/iu,
  },
  {
    kind: "count",
    pattern:
      /\b(?:how many|number of|count|total (?:number|amount) of)\b.*\b(?:documents?|files?|pages?|records?|rows?|entries|items?|lines?|times?|mentions?|occurrences?|passages?|sections?|chapters?|questions?|tickets?|e-?mails?|different|distinct|in total|altogether|overall|are there|there are)\b/iu,
  },
  { kind: "count", pattern: /^\s*count\b/iu },
  {
    kind: "count",
    pattern:
      /(?<!\p{L})(?:wie ?viele|wie oft|anzahl|zähle?)(?!\p{L}).*(?<!\p{L})(?:dokumente?n?|dateien?|seiten?|einträge?n?|zeilen?|datensätze?n?|mal|erwähn\p{L}*|vork\p{L}+|stellen?|abschnitte?n?|kapiteln?|fragen?|verschiedene?n?|insgesamt|gibt es|sind es|kommt)(?!\p{L})/iu,
  },
  {
    kind: "count",
    pattern:
      /(?<!\p{L})(?:combien (?:de |d')|cuánt[ao]s|quant[ie]|hoeveel)\s*(?:documents?|fichiers?|pages?|documentos?|archivos?|páginas?|documenti|file|pagine|documenten|bestanden|pagina's|fois|veces|volte|keer)/iu,
  },
  {
    kind: "list",
    pattern:
      /\b(?:list|enumerate|name|show|give)\b(?: me)?(?: us)? (?:all|every|each|the full|a list|the complete|everything)\b/iu,
  },
  {
    kind: "list",
    pattern: /\b(?:which|what) (?:are )?(?:all )?(?:the )?(?:documents|files) (?:mention|contain|talk|deal|are)\b/iu,
  },
  {
    kind: "list",
    pattern:
      /^\s*(?:list|enumerate)\b|\b(?:all|every) (?:of )?(?:the )?(?:documents?|files?|records?|entries|mentions)\b/iu,
  },
  {
    kind: "list",
    pattern:
      /(?<!\p{L})(?:liste?|nenne?|zähle?|zeige?|gib)(?: mir)?(?: uns)? .*(?<!\p{L})(?:alle[rsn]?|sämtliche[rsn]?|jede[rsn]?|auf)(?!\p{L})|(?<!\p{L})(?:alle|sämtliche) (?:dokumente|dateien|einträge|stellen)(?!\p{L})/iu,
  },
  {
    kind: "list",
    pattern:
      /(?<!\p{L})(?:[eé]num[eè]re|liste[rz]?|enumera|elenca|lista|noem)(?!\p{L}).*(?<!\p{L})(?:tous|toutes|todos|todas|tutti|tutte|alle)(?!\p{L})/iu,
  },
];

/** Whether a question seems to be about all documents rather than about a place in one; null when not. */
export function asksForAll(question: string): AsksForAll | null {
  return patterns.find(({ pattern }) => pattern.test(question))?.kind ?? null;
}

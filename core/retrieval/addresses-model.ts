/** Marks that chat templates write between turns; in a document they have no business. */
const ROLE_MARKS =
  /<\|[^|<>\s]{1,40}\|>|<｜[^｜<>\n]{1,40}｜>|<\/?(?:s|bos|eos|start_of_turn|end_of_turn|think|tool_call|tool_response|system|assistant|user)>|\[\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|THINK)\]|<<\/?SYS>>/giu;

/** What people write who want to steer a model through a document. Whole phrases: a manual may well say "ignore". */
const INSTRUCTIONS = [
  /\b(?:ignore|disregard|forget|override)\b[^.!?\n]{0,30}\b(?:previous|prior|above|earlier|preceding|all|any|your|the)\b[^.!?\n]{0,20}\b(?:instructions?|prompts?|rules|directions|guidelines|context)\b/giu,
  /\byou are (?:now|no longer)\b[^.!?\n]{0,60}/giu,
  /\b(?:act|behave|respond|answer) as (?:if you (?:are|were)|an? (?:unrestricted|different|evil|new))\b[^.!?\n]{0,40}/giu,
  /\b(?:new|updated|real|hidden) (?:system )?(?:instructions?|prompt)\s*:/giu,
  /\b(?:reveal|print|repeat|show|output)\b[^.!?\n]{0,20}\b(?:your|the) (?:system )?(?:prompt|instructions)\b/giu,
  /\bdo not (?:tell|inform|mention (?:this )?to|reveal (?:this )?to) the user\b/giu,
  /\b(?:as an ai|dear (?:ai|llm|assistant|chatbot)|attention,? (?:ai|llm|assistant)|note to (?:the )?(?:ai|llm|assistant|model))\b[^.!?\n]{0,40}/giu,
  /(?<!\p{L})(?:ignorier\p{L}*|vergiss|vergessen sie|missachte\p{L}*)(?!\p{L})[^.!?\n]{0,40}(?:anweisung\p{L}*|instruktion\p{L}*|vorgaben|regeln|prompts?)(?!\p{L})/giu,
  /(?<!\p{L})du bist (?:jetzt|nun|ab sofort)(?!\p{L})[^.!?\n]{0,60}/giu,
  /(?<!\p{L})(?:ignore[zr]?|oublie[zr]?) (?:toutes )?les (?:instructions|consignes)[^.!?\n]{0,30}/giu,
  /(?<!\p{L})ignora (?:todas )?las instrucciones[^.!?\n]{0,30}/giu,
];

const MOST_MATCHES = 5;
const MOST_LETTERS = 80;

/**
 * The words of a passage that speak to the model rather than to a reader: role marks, and phrases such as "ignore all
 * previous instructions". For people to see; what protects the prompt is that passages are fenced, and marks defused.
 */
export function wordsToModel(text: string): string[] {
  const found = [ROLE_MARKS, ...INSTRUCTIONS].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(({ 0: words, index }) => ({ words: words.trim().slice(0, MOST_LETTERS), index })),
  );
  const inOrder = found.sort((a, b) => a.index - b.index).map(({ words }) => words);
  return [...new Set(inOrder)].slice(0, MOST_MATCHES);
}

/**
 * Text in which no role mark is left: brackets become look-alikes. A tokenizer takes marks for control tokens where
 * its file lists them as ordinary words, whatever the caller says about special tokens.
 */
export const withoutRoleMarks = (text: string): string =>
  text.replaceAll(ROLE_MARKS, (mark) =>
    mark.replaceAll("<", "‹").replaceAll(">", "›").replaceAll("[", "(").replaceAll("]", ")"),
  );

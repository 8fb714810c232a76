import { answerOf, type Conversation } from "./conversation.ts";
import type { DatasetDescription } from "./dataset-description.ts";

/** A form is expected of every answer when at least this share has it. */
const LEAST_SHARE = 0.6;

/** How alike the answers are in form, and which are not: format drift is what a small adapter learns first. */
export function describeFormat(examples: readonly Conversation[]): DatasetDescription["format"] {
  const answers = examples.map((example) => {
    const answer = answerOf(example).trim();
    return { line: example.line, json: parseJson(answer), start: firstWord(answer) };
  });
  const share = (count: number): number => count / examples.length;
  const json = answers.filter((answer) => answer.json !== null);
  const keys = mostFrequent(json.flatMap(({ json: found }) => (found?.keys === null ? [] : [found!.keys.join("\n")])));
  const start = mostFrequent(answers.map((answer) => answer.start));
  const jsonShare = share(json.length);
  const format = {
    jsonShare,
    sameKeysShare: share(keys.count),
    keys: keys.value === "" ? [] : keys.value.split("\n"),
    sameStartShare: share(start.count),
    start: start.value,
  };
  const outliers = answers.flatMap(({ line, json: found, start: own }) => {
    const why =
      jsonShare >= LEAST_SHARE
        ? jsonOutlier(found, format)
        : format.sameStartShare >= LEAST_SHARE && own !== start.value
          ? `it starts with ${own || "nothing"}, most with ${start.value}`
          : null;
    return why === null ? [] : [{ line, why }];
  });
  return { ...format, outliers };
}

interface Json {
  /** Sorted; null for a value that is no object. */
  keys: string[] | null;
}

function jsonOutlier(
  found: Json | null,
  { sameKeysShare, keys }: { sameKeysShare: number; keys: string[] },
): string | null {
  if (found === null) return "it is not JSON, most answers are";
  if (sameKeysShare < LEAST_SHARE) return null;
  if (found.keys === null) return "it is JSON but not an object";
  const missing = keys.filter((key) => !found.keys!.includes(key));
  const extra = found.keys.filter((key) => !keys.includes(key));
  if (missing.length === 0 && extra.length === 0) return null;
  const parts = [
    missing.length > 0 ? `lacks ${missing.join(", ")}` : "",
    extra.length > 0 ? `has ${extra.join(", ")} besides` : "",
  ];
  return `it ${parts.filter((part) => part !== "").join(" and ")}`;
}

/** Bare numbers and words in quotes parse as JSON as well; nobody means them as such. */
function parseJson(answer: string): Json | null {
  if (!/^[[{]/.test(answer)) return null;
  try {
    const value: unknown = JSON.parse(answer);
    return { keys: Array.isArray(value) ? null : Object.keys(value as object).sort() };
  } catch {
    return null;
  }
}

const firstWord = (answer: string): string => (/^\S{1,24}/.exec(answer)?.[0] ?? "").toLowerCase();

function mostFrequent(values: readonly string[]): { value: string; count: number } {
  let most = { value: "", count: 0 };
  for (const [value, found] of Map.groupBy(values, (item) => item)) {
    if (found.length > most.count) most = { value, count: found.length };
  }
  return most;
}

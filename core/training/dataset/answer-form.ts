import type { DatasetReport } from "../../contract/training.ts";
import { answerOf, type Conversation } from "./conversation.ts";

type AnswerForm = NonNullable<DatasetReport["answerForm"]>;

interface Answer {
  line: number;
  text: string;
  /** Null where it is no JSON. */
  json: { keys: string[] | null } | null;
}

/** JSON and lists are meant: where most answers have the form, the others are mistakes. */
const MEANT_SHARE = 0.6;
/** Many texts happen to begin with the same word, or to be short. */
const CHANCE_SHARE = 0.8;

/** The form that most answers share, and which do not: drift of form is what a small adapter learns first. */
export function commonForm(conversations: readonly Conversation[]): AnswerForm | null {
  const answers = conversations.map((conversation): Answer => {
    const text = answerOf(conversation).trim();
    return { line: conversation.line, text, json: parseJson(text) };
  });
  if (answers.length === 0) return null;
  const forms = [jsonObjects, json, lists, sameStart, singleLines];
  return forms.map((form) => form(answers)).find((found) => found !== null) ?? null;
}

function jsonObjects(answers: readonly Answer[]): AnswerForm | null {
  const keysOf = ({ json: found }: Answer): string | null => found?.keys?.join(", ") ?? null;
  const most = mostFrequent(answers.map(keysOf));
  if (most === null) return null;
  const keys = most.value === "" ? [] : most.value.split(", ");
  const whyNot = (answer: Answer): string | null =>
    keysOf(answer) === most.value ? null : whyNotObject(answer.json, keys);
  return formOf(answers, MEANT_SHARE, `JSON objects with ${most.value || "no keys"}`, whyNot);
}

function whyNotObject(found: Answer["json"], keys: readonly string[]): string {
  if (found === null) return "is not JSON";
  if (found.keys === null) return "is JSON but not an object";
  const missing = keys.filter((key) => !found.keys!.includes(key));
  const extra = found.keys.filter((key) => !keys.includes(key));
  const parts = [
    ...(missing.length > 0 ? [`lacks ${missing.join(", ")}`] : []),
    ...(extra.length > 0 ? [`has ${extra.join(", ")} besides`] : []),
  ];
  return parts.join(" and ");
}

const json = (answers: readonly Answer[]): AnswerForm | null =>
  formOf(answers, MEANT_SHARE, "JSON", (answer) => (answer.json === null ? "is not JSON" : null));

const lists = (answers: readonly Answer[]): AnswerForm | null =>
  formOf(answers, MEANT_SHARE, "lists", ({ text }) => (/^(?:[-*•]|\d+[.)])\s/.test(text) ? null : "is no list"));

function sameStart(answers: readonly Answer[]): AnswerForm | null {
  const start = ({ text }: Answer): string => (/^\S{1,24}/.exec(text)?.[0] ?? "").toLowerCase();
  const most = mostFrequent(answers.map(start));
  if (most === null) return null;
  const whyNot = (answer: Answer): string | null =>
    start(answer) === most.value ? null : `begins with “${start(answer)}”`;
  return formOf(answers, CHANCE_SHARE, `texts that begin with “${most.value}”`, whyNot);
}

const singleLines = (answers: readonly Answer[]): AnswerForm | null =>
  formOf(answers, CHANCE_SHARE, "single lines", ({ text }) => (text.includes("\n") ? "has several lines" : null));

function formOf(
  answers: readonly Answer[],
  leastShare: number,
  form: string,
  whyNot: (answer: Answer) => string | null,
): AnswerForm | null {
  const outliers = answers.flatMap((answer) => {
    const why = whyNot(answer);
    return why === null ? [] : [{ line: answer.line, why }];
  });
  const share = 1 - outliers.length / answers.length;
  return share >= leastShare ? { form, share, outliers } : null;
}

/** Bare numbers and words in quotes parse as JSON as well; nobody means them as such. */
function parseJson(answer: string): Answer["json"] {
  if (!/^[[{]/.test(answer)) return null;
  try {
    const value: unknown = JSON.parse(answer);
    return { keys: Array.isArray(value) ? null : Object.keys(value as object).sort() };
  } catch {
    return null;
  }
}

function mostFrequent(values: readonly (string | null)[]): { value: string; count: number } | null {
  let most: { value: string; count: number } | null = null;
  for (const [value, found] of Map.groupBy(values, (item) => item)) {
    if (value !== null && found.length > (most?.count ?? 0)) most = { value, count: found.length };
  }
  return most;
}

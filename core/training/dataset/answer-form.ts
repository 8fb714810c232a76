import type { DatasetReport } from "../../contract/training.ts";
import { answerOf, type Conversation } from "./conversation.ts";

/** A form is said when at least this share of the answers has it. */
const LEAST_SHARE = 0.8;

/** The form most answers have: one JSON object with certain keys, one line, a list; null when they have none in common. */
export function commonForm(conversations: readonly Conversation[]): DatasetReport["answerForm"] {
  const byForm = new Map<string, number[]>();
  for (const conversation of conversations) {
    const form = formOf(answerOf(conversation));
    byForm.set(form, [...(byForm.get(form) ?? []), conversation.line]);
  }
  const [most] = [...byForm].sort((a, b) => b[1].length - a[1].length);
  if (most === undefined || most[1].length < LEAST_SHARE * conversations.length || most[0] === "prose") return null;
  const [form, same] = most;
  const others = [...byForm].filter(([other]) => other !== form).flatMap(([, lines]) => lines);
  return { form, share: same.length / conversations.length, others: others.sort((a, b) => a - b) };
}

function formOf(answer: string): string {
  const keys = jsonKeys(answer);
  if (keys !== null) return `JSON objects with ${keys.join(", ") || "no keys"}`;
  if (/^\s*[[{]/.test(answer)) return "JSON that does not parse";
  if (/^\s*(?:[-*•]|\d+[.)])\s/.test(answer)) return "lists";
  return answer.includes("\n") ? "prose" : "single lines";
}

function jsonKeys(text: string): string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value).sort() : null;
  } catch {
    return null;
  }
}

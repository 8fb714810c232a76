import { type BundledGguf, readManifest } from "../../core/models/manifest.ts";
import { answerForms } from "./answer-forms.ts";
import { squeeze, withoutCitations } from "./answers.ts";
import { declines } from "./declines.ts";
import { type HeldOutExample, readHeldOut } from "./evaluation-files.ts";
import { GivenPassages } from "./given-passages.ts";
import type { Bench, BenchContext } from "./models-bench.ts";
import type { Share } from "./share.ts";

/** What the base was made for, on templates and domains that training never saw; and what an adapter leaves of the rest. */
export const heldOut: Bench = {
  name: "held-out",
  summary: "copying, citing, declining and general abilities on generated examples that training never saw",
  measure: async (context) => {
    const manifest = await readManifest();
    const examples = await readHeldOut();
    await using model = await GivenPassages.open(manifest, context.scratch);
    const shares: Share[] = [];
    for (const set of ["templates", "domains", "written", "unanswerable", "general", "memory"] as const) {
      const chosen = examples.filter((example) => example.set === set);
      const texts = await answersTo(chosen, model, null, context);
      shares.push(...sharesOf(set, chosen, texts));
      if (set !== "general") continue;
      const before = shares.at(-1)!;
      for (const form of answerForms) {
        const adapter = manifest.models.find((entry) => entry.kind === "adapter" && entry.id === form.adapter);
        if (adapter?.kind !== "adapter") continue;
        const inside = (await answersTo(chosen, model, adapter, context)).map((text) => form.read(text) ?? text);
        const after = exactly(chosen, inside);
        shares.push({
          name: `general: exact inside the form of ${form.adapter}`,
          right: after,
          of: chosen.length,
          goal: { atLeast: Math.max(0, before.right / before.of - 0.03) },
          how: "the same questions with the adapter; the goal is at most 3 points under the base",
        });
      }
    }
    return { shares, times: [] };
  },
};

async function answersTo(
  examples: HeldOutExample[],
  model: GivenPassages,
  adapter: BundledGguf | null,
  { say, note }: BenchContext,
): Promise<string[]> {
  const texts: string[] = [];
  for (const [index, { set, question, passages, answer, source }] of examples.entries()) {
    say(`${set}${adapter === null ? "" : ` with ${adapter.id}`}: ${index + 1} of ${examples.length}`);
    const text = await model.answer(question, passages, adapter);
    texts.push(text);
    note({ set, adapter: adapter?.id ?? null, question, text, expected: answer, source });
  }
  return texts;
}

function sharesOf(set: HeldOutExample["set"], examples: HeldOutExample[], texts: string[]): Share[] {
  const of = examples.length;
  if (set === "unanswerable") {
    const right = texts.filter(declines).length;
    const how = "passages about the subject or not, none of which holds the answer; rag arm, passages given";
    return [{ name: "unanswerable: declined", right, of, goal: { atLeast: 0.85 }, how }];
  }
  const right = exactly(examples, texts);
  if (set === "general" || set === "memory") {
    return [{ name: `${set}: exact`, right, of, goal: null, how: "no passages, base arm" }];
  }
  const cited = examples.filter(({ source }, index) => lastCitation(texts[index]!) === source).length;
  const how = `${UNSEEN[set]} that training never saw, new names and values; rag arm, passages given`;
  return [
    { name: `${set}: answer exact`, right, of, goal: { atLeast: 0.9 }, how },
    { name: `${set}: citation right`, right: cited, of, goal: { atLeast: 0.95 }, how },
  ];
}

const UNSEEN = { templates: "wordings", domains: "kinds of subjects", written: "written documents" };

const exactly = (examples: HeldOutExample[], texts: string[]): number =>
  examples.filter(({ answer }, index) => squeeze(withoutCitations(texts[index]!)) === squeeze(answer)).length;

function lastCitation(text: string): number | null {
  const last = [...text.matchAll(/\[(\d+)\]/gu)].at(-1);
  return last === undefined ? null : Number(last[1]);
}

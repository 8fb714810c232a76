import { join } from "node:path";
import type { ArmAnswer } from "../../core/contract/comparison.ts";
import type { Arm } from "../../core/contract/models.ts";
import type { Retrieval } from "../../core/contract/retrieval.ts";
import { BenchEngine } from "../bench-engine.ts";
import { type AnswerForm, answerForms } from "./answer-forms.ts";
import { holdsAnswer } from "./answers.ts";
import { declines } from "./declines.ts";
import { type EvaluationItem, readEvaluationItems } from "./evaluation-files.ts";
import type { Bench } from "./models-bench.ts";
import { Places } from "./places.ts";
import type { Share } from "./share.ts";

interface Asked {
  item: EvaluationItem;
  retrieval: Retrieval;
  base: ArmAnswer;
  rag: ArmAnswer;
}

/** The sample company: four arms, both adapters, every kind of question. */
export const tarnholm: Bench = {
  name: "tarnholm",
  summary: "the sample company's evaluation set through all four arms, with each adapter",
  measure: async (context) => {
    const items = await readEvaluationItems();
    await using product = await BenchEngine.open(join(context.scratch, "workspace"));
    await product.engine.prepareSamples();
    const collectionId = (await product.client.collections.list({}))[0]!.id;
    const places = await Places.of(product, collectionId);
    const { id: modelId } = await product.bundled("base");
    const ask = async (question: string, arms: Arm[], adapterId: string | null) => {
      const adapters = adapterId === null ? [] : [{ modelId: adapterId, scale: 1 }];
      const { comparison } = await product.ask({ question, arms, modelId, adapters, collectionId, reuse: false });
      return comparison;
    };

    const asked: Asked[] = [];
    for (const [index, item] of items.entries()) {
      context.say(`base and rag: ${index + 1} of ${items.length}`);
      const { arms, retrieval } = await ask(item.question, ["base", "rag"], null);
      const [base, rag] = arms as [ArmAnswer, ArmAnswer];
      asked.push({ item, retrieval: retrieval!, base, rag });
      context.note({ id: item.id, question: item.question, base: base.text, rag: rag.text });
    }
    const shares = withoutAdapter(asked, places);
    const { models } = await product.client.models.list({});
    for (const form of answerForms) {
      const adapter = models.find(({ path, bundled }) => bundled && path.includes(form.adapter));
      if (adapter === undefined) continue;
      const adapted: [ArmAnswer, ArmAnswer][] = [];
      for (const [index, { question, id }] of items.entries()) {
        context.say(`${form.adapter}: ${index + 1} of ${items.length}`);
        const { arms } = await ask(question, ["adapter", "combined"], adapter.id);
        adapted.push(arms as [ArmAnswer, ArmAnswer]);
        context.note({ id, [form.adapter]: arms.map(({ text }) => text) });
      }
      shares.push(...withAdapter(form, asked, adapted));
    }
    return { shares, times: [] };
  },
};

function withoutAdapter(asked: Asked[], places: Places): Share[] {
  const told = asked.filter(({ item }) => item.passages.length > 0);
  const outdated = asked.filter(({ item }) => item.stale !== undefined);
  const unanswerable = asked.filter(({ item }) => item.kind === "unanswerable");
  const right = ({ item }: Asked, answer: ArmAnswer): boolean => holdsAnswer(answer.text, item.expected);
  const answering = ({ item, retrieval }: Asked) =>
    retrieval.passages.filter((passage) => places.isAnswering(passage, item.passages, item.expected));
  const how = "questions that a sample document answers, retrieved as the manifest says";
  return [
    share("answer right, rag", told, (each) => right(each, each.rag), null, how),
    share("answer right, base", told, (each) => right(each, each.base), null, `${how}; the base without documents`),
    share("answer among the passages", told, (each) => answering(each).length > 0, null, how),
    share(
      "cites a passage that holds the answer",
      told,
      (each) => each.rag.citations.some(({ n }) => answering(each).some((passage) => passage.n === n)),
      null,
      how,
    ),
    share(
      "base gives what is no longer true",
      outdated,
      ({ item, base }) => holdsAnswer(base.text, [item.stale!.replace(/^the /u, "")]),
      null,
      "questions about what changed since the base learnt it; the other side of the demonstration",
    ),
    share(
      "unanswerable, declined by rag",
      unanswerable,
      ({ rag }) => declines(rag.text),
      { atLeast: 0.85 },
      "questions near the documents that none of them answers",
    ),
    share(
      "general and small talk, right without documents",
      asked.filter(({ item }) => item.kind === "general" || item.kind === "behaviour"),
      (each) => right(each, each.base),
      null,
      "what a base can do alone",
    ),
  ];
}

function withAdapter(form: AnswerForm, asked: Asked[], adapted: [ArmAnswer, ArmAnswer][]): Share[] {
  const all = asked.map((each, index) => ({ ...each, adapter: adapted[index]![0], combined: adapted[index]![1] }));
  const isFormed = ({ text }: ArmAnswer): boolean => form.read(text) !== null;
  const atMost = { atMost: 0.1 };
  const valid = (arm: "base" | "adapter" | "rag" | "combined"): Share =>
    share(
      `${form.adapter}: valid form, ${arm}`,
      all,
      (each) => isFormed(each[arm]),
      arm === "adapter" || arm === "combined" ? { atLeast: 0.95 } : atMost,
      "all questions; the whole answer has the form and nothing else",
    );
  const ragRight = all.filter(({ item, rag }) => item.passages.length > 0 && holdsAnswer(rag.text, item.expected));
  return [
    valid("base"),
    valid("adapter"),
    valid("rag"),
    valid("combined"),
    share(
      `${form.adapter}: combined keeps rag's right answers`,
      ragRight,
      ({ item, combined }) => holdsAnswer(form.read(combined.text) ?? combined.text, item.expected),
      { atLeast: 0.9 },
      "of the questions rag answers right",
    ),
  ];
}

function share<Each>(
  name: string,
  among: Each[],
  isRight: (each: Each) => boolean,
  goal: Share["goal"],
  how: string,
): Share {
  return { name, right: among.filter(isRight).length, of: among.length, goal, how };
}

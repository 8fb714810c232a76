import { join } from "node:path";
import { BenchEngine } from "../bench-engine.ts";
import { median, percentile } from "../claim.ts";
import { holdsAnswer } from "./answers.ts";
import { declines } from "./declines.ts";
import { handwrittenDocuments, readHandwritten } from "./evaluation-files.ts";
import type { Bench } from "./models-bench.ts";
import { Places } from "./places.ts";

const TOP_K = 5;

/** Documents nobody generated, asked about in words nobody generated, through the whole product. */
export const handwritten: Bench = {
  name: "handwritten",
  summary: "80 questions that eight hand-written documents answer, and 8 that they do not",
  measure: async ({ scratch, say, note }) => {
    const questions = await readHandwritten();
    await using product = await BenchEngine.open(join(scratch, "workspace"));
    const collectionId = await product.importFolder("Hand-written", handwrittenDocuments);
    const places = await Places.of(product, collectionId);
    const { id: modelId } = await product.bundled("base");
    const counts = { right: 0, found: 0, cited: 0, declinedWrongly: 0, declined: 0 };
    const ms: number[] = [];
    const answerable = questions.filter(({ passage }) => passage !== null);
    for (const [index, { id, question, document, answers, passage }] of questions.entries()) {
      say(`question ${index + 1} of ${questions.length}`);
      const asked = await product.ask({ question, arms: ["rag"], modelId, collectionId, topK: TOP_K, reuse: false });
      const { arms, retrieval } = asked.comparison;
      const { text, citations } = arms[0]!;
      ms.push(asked.ms);
      if (passage === null) {
        if (declines(text)) counts.declined += 1;
        note({ id, question, text, right: declines(text) });
        continue;
      }
      const answering = retrieval!.passages.filter((each) =>
        places.isAnswering(each, [{ document, text: passage }], answers),
      );
      const right = holdsAnswer(text, answers);
      if (right) counts.right += 1;
      if (answering.length > 0) counts.found += 1;
      if (citations.some(({ n }) => answering.some((each) => each.n === n))) counts.cited += 1;
      if (declines(text)) counts.declinedWrongly += 1;
      note({ id, question, text, right, answering: answering.map(({ n }) => n) });
    }
    const of = answerable.length;
    const how = `${of} questions in natural words over eight documents in one collection; rag arm, top ${TOP_K} through the product's own reading, splitting and hybrid retrieval`;
    return {
      shares: [
        { name: "answer right", right: counts.right, of, goal: { atLeast: 0.65 }, how },
        { name: "answer in one of the five passages", right: counts.found, of, goal: null, how },
        {
          name: "answer right, where a passage holds it",
          right: counts.right,
          of: counts.found,
          goal: null,
          how: `${how}; right answers over questions whose passages held the answer`,
        },
        { name: "cites a passage that holds the answer", right: counts.cited, of, goal: null, how },
        { name: "declines although a document answers", right: counts.declinedWrongly, of, goal: null, how },
        {
          name: "declines what no document answers",
          right: counts.declined,
          of: questions.length - of,
          goal: null,
          how: "questions about the documents' own subjects that none of them answers",
        },
      ],
      times: [
        {
          name: "one question with five passages, rag arm",
          value: median(ms),
          p95: percentile(ms, 0.95),
          unit: "ms",
          goal: { atMost: 1500 },
          how: `retrieval, prompt, answer and storing; median of ${ms.length} questions`,
        },
      ],
    };
  },
};

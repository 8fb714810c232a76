import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** A test collection: documents, questions, and which answers which. */
export interface TestCollection {
  documents: { id: string; title: string; text: string }[];
  /** Gain by document id, more is better. */
  questions: { text: string; gains: Map<string, number> }[];
}

/** Lies beside a checkout where somebody measures; the product does not need it. */
const folder = resolve(import.meta.dirname, "../../shared/data/cranfield");

/**
 * Cranfield 1400: abstracts on aeronautics with 225 judged questions (Cleverdon, 1967); null where it is not at hand.
 *
 * Judgements number the questions by their position in the file, not by their `.I` line. Grade 1 is best and 4 least,
 * so a grade's gain is 5 − grade; the one −1 among them is no judgement.
 */
export function readCranfield(): TestCollection | null {
  if (!existsSync(folder)) return null;
  const read = (name: string): string => readFileSync(join(folder, name), "latin1");
  const documents = records(read("cran.all.1400")).map(({ id, fields }) => ({
    id,
    title: fields["T"] ?? "",
    text: fields["W"] ?? "",
  }));
  const questions = records(read("cran.qry")).map(({ fields }) => ({
    text: fields["W"] ?? "",
    gains: new Map<string, number>(),
  }));
  for (const line of read("cranqrel").split("\n")) {
    const [question, document, grade] = line.trim().split(/\s+/);
    if (document === undefined || Number(grade) < 1) continue;
    questions[Number(question) - 1]?.gains.set(document, 5 - Number(grade));
  }
  return { documents, questions };
}

/** ".I 12", then fields that each begin with a line of a full stop and a letter. */
function records(file: string): { id: string; fields: Record<string, string> }[] {
  return file
    .split(/^\.I /m)
    .slice(1)
    .map((record) => {
      const [id, ...parts] = record.split(/^\.([A-Z])[ \t]*$/m);
      const fields: Record<string, string> = {};
      for (let part = 0; part + 1 < parts.length; part += 2) {
        fields[parts[part]!] = parts[part + 1]!.replaceAll(/\s+/g, " ").trim();
      }
      return { id: id!.trim(), fields };
    });
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { squeeze } from "./answers.ts";

interface CranfieldCollection {
  abstracts: string[];
  /** With the indices of the abstracts that were judged relevant, whatever their grade. */
  questions: { question: string; relevant: Set<number> }[];
}

/**
 * Read the Cranfield collection (Cleverdon, 1967; 1,400 abstracts, 225 questions), which is not part of this repository.
 *
 * Two traps: question numbers in `cranqrel` are positions in `cran.qry`, not its own numbers, and one judgement has grade −1,
 * which counts as none.
 *
 * @param folder  holds cran.all.1400, cran.qry and cranqrel
 */
export async function readCranfield(folder: string): Promise<CranfieldCollection> {
  const read = (name: string) => readFile(join(folder, name), "latin1");
  const abstracts = entriesOf(await read("cran.all.1400")).map((entry) =>
    squeeze(`${fieldOf(entry, "T")} ${fieldOf(entry, "W")}`),
  );
  const questions = entriesOf(await read("cran.qry")).map((entry) => ({
    question: squeeze(fieldOf(entry, "W")),
    relevant: new Set<number>(),
  }));
  for (const line of (await read("cranqrel")).split("\n")) {
    const [question, abstract, grade] = line.trim().split(/\s+/u).map(Number);
    if (grade === undefined || Number.isNaN(grade) || grade < 1) continue;
    questions[question! - 1]!.relevant.add(abstract! - 1);
  }
  return { abstracts, questions };
}

const entriesOf = (text: string): string[] => text.split(/^\.I \d+\s*$/mu).slice(1);

/** What stands under `.T` (title) or `.W` (words), up to the next field. */
function fieldOf(entry: string, field: string): string {
  return new RegExp(`^\\.${field}\\s*\\n(.*?)(?=^\\.[A-Z]\\s*$|(?![^]))`, "msu").exec(entry)?.[1] ?? "";
}

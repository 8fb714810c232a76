import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { CorpusReport, Explanation, Retrieval } from "../../core/contract/index.ts";
import { cliWorkspace } from "../support/cli-workspace.ts";
import { onlyObject, runCli, startCli } from "../support/run-cli.ts";
import { fileFolder } from "../support/temporary-folder.ts";

const { here, prepare } = cliWorkspace(fileFolder());
const QUESTION = "What is the warranty on the TW-20 pump?";

beforeAll(prepare);

describe("fourfold search", () => {
  test("prints the passages as one object in the contract's shape, filters applied", async () => {
    const { code, stdout, stderr } = await runCli(
      here("search", QUESTION, "--format", "pdf", "--top-k", "2", "--json"),
    );
    const retrieval = onlyObject(stdout);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(Retrieval.parse(retrieval)).toEqual(retrieval);
    expect(retrieval.passages.map(({ document }: { document: string }) => document)).toEqual(
      Array(2).fill("tw-20-manual.pdf"),
    );
  });

  test("explains every step as one object, and for people as a table with its cut", async () => {
    const json = await runCli(here("search", QUESTION, "--explain", "--check-index", "--json"));
    const explanation = onlyObject(json.stdout);
    expect(Explanation.parse(explanation)).toEqual(explanation);
    expect(explanation.prompts.map(({ arm }: { arm: string }) => arm)).toEqual(["rag", "combined"]);
    expect(explanation.index.recallAt10).toBe(1);

    const { code, stdout } = await runCli(here("search", QUESTION, "--explain", "--floor", "0.3"));
    expect(code).toBe(0);
    for (const words of [
      "[1]",
      "cut: the best 3 are passages",
      "cut: below the score floor",
      "prompt of rag",
      "warranty (4)",
    ])
      expect(stdout).toContain(words);
  });

  test("ends well when nobody reads on, as under head", async () => {
    const { process: started, ended } = startCli(here("search", QUESTION));
    started.stdout!.destroy();
    const { code, stderr } = await ended;

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("asks several collections at once, as ask does", async () => {
    const folder = fileFolder();
    writeFileSync(join(folder, "addendum.txt"), "Addendum: the warranty on the TW-20 pump also covers its seals.");
    await runCli(here("import", folder, "--collection", "Addenda"));
    const both = ["--collection", "Addenda", "--collection", "Tarnholm Works (sample)"];

    const searched = onlyObject((await runCli(here("search", QUESTION, ...both, "--top-k", "4", "--json"))).stdout);
    const asked = await runCli(
      here("ask", QUESTION, ...both, "--arms", "rag", "--top-k", "4", "--document", "addendum.txt", "--json"),
    );

    const documentsOf = ({ passages }: Pick<Retrieval, "passages">): Set<string> =>
      new Set(passages.map(({ document }) => document));
    expect(documentsOf(searched)).toContain("addendum.txt");
    expect(documentsOf(searched)).toContain("tw-20-manual.pdf");
    expect(asked.code).toBe(0);
    expect(documentsOf(onlyObject(asked.stdout).retrieval)).toEqual(new Set(["addendum.txt"]));
  });

  test("says what it cannot use: a document, a type, a day, a reranker", async () => {
    for (const [words, code] of [
      [["--document", "nothing.txt"], "document_not_found"],
      [["--format", "stone"], "bad_request"],
      [["--from", "yesterday"], "bad_request"],
      [["--reranker", "/nowhere"], "file_missing"],
    ] as const) {
      const ran = await runCli(here("search", QUESTION, ...words, "--json"));
      expect(onlyObject(ran.stdout).failure.code, words.join(" ")).toBe(code);
      expect(ran.code).toBe(2);
    }
  });
});

describe("fourfold tag and corpus", () => {
  test("tag a document, search by the tag, and report what documents are worth", async () => {
    expect((await runCli(here("tag", "service-terms.txt", "legal", "2026"))).stdout).toBe(
      "service-terms.txt: 2026, legal\n",
    );
    const tagged = onlyObject((await runCli(here("search", QUESTION, "--tag", "legal", "--json"))).stdout) as Retrieval;
    expect(new Set(tagged.passages.map(({ document }) => document))).toEqual(new Set(["service-terms.txt"]));

    await runCli(here("ask", QUESTION, "--arms", "rag"));
    const report = onlyObject((await runCli(here("corpus", "--json"))).stdout);
    expect(CorpusReport.parse(report)).toEqual(report);
    const terms = report.documents.find(({ name }: { name: string }) => name === "service-terms.txt");
    expect(terms).toMatchObject({ retrieved: 1, tags: ["2026", "legal"] });
  });
});

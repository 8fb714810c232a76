import type { ArmAnswer, Comparison } from "../core/contract/comparison.ts";
import { ARMS, type Arm } from "../core/contract/models.ts";

const titles: Record<Arm, string> = {
  base: "BASE",
  rag: "RAG · base + passages",
  adapter: "ADAPTER",
  combined: "COMBINED · adapter + passages",
};

/** Rows: adapter off, on. Columns: documents off, on. */
const layout: Arm[][] = [
  ["base", "rag"],
  ["adapter", "combined"],
];

/** Narrower than this, two columns of text are hard to read and the arms stand below each other. */
const LEAST_TWO_COLUMN_WIDTH = 72;

/** The answers as a terminal shows them: a 2×2 grid with citations and times, and the passages below. */
export function grid(comparison: Comparison, width = Math.min(process.stdout.columns ?? 100, 140)): string {
  const shown = ARMS.filter((arm) => comparison.arms.some((answer) => answer.arm === arm));
  const cell = (arm: Arm, columns: number): string[] => {
    const answer = comparison.arms.find((candidate) => candidate.arm === arm);
    return answer === undefined ? [] : cellLines(answer, comparison, columns);
  };
  const lines = [
    `Question: ${comparison.question}`,
    `${comparison.modelName} · seed ${comparison.seed}${adapterNames(comparison)}`,
    "",
  ];
  if (width < LEAST_TWO_COLUMN_WIDTH || shown.length < 3) {
    for (const arm of shown)
      lines.push(
        `── ${titles[arm]} ${"─".repeat(Math.max(0, width - titles[arm].length - 4))}`,
        // Without its title, which the rule above carries.
        ...cell(arm, width).slice(1),
        "",
      );
  } else {
    const column = Math.floor((width - 3) / 2);
    lines.push(`${"documents off".padEnd(column)} │ documents on`);
    for (const [left, right] of layout as [Arm, Arm][]) {
      lines.push(`${"─".repeat(column + 1)}┼${"─".repeat(column + 1)}`);
      lines.push(...beside(cell(left, column), cell(right, column), column));
    }
    lines.push("");
  }
  lines.push(...passageLines(comparison));
  return `${lines.join("\n")}\n`;
}

const adapterNames = ({ adapters }: Comparison): string =>
  adapters.length === 0 ? "" : ` · adapter ${adapters.map(({ name, scale }) => `${name} × ${scale}`).join(", ")}`;

function cellLines(answer: ArmAnswer, comparison: Comparison, columns: number): string[] {
  const lines = [titles[answer.arm]];
  if (answer.failure !== null)
    return [...lines, ...wrap(`${answer.failure.message} ${answer.failure.action}`, columns)];
  lines.push(...wrap(answer.text === "" ? "(no answer)" : answer.text, columns), "");
  for (const { n, document, page } of uniqueCitations(answer)) {
    lines.push(...wrap(`[${n}] ${document}${page === null ? "" : `, page ${page}`}`, columns));
  }
  lines.push(...wrap(numbers(answer, comparison), columns));
  return lines;
}

function uniqueCitations({ citations }: ArmAnswer): ArmAnswer["citations"] {
  return citations.filter((citation, index) => citations.findIndex(({ n }) => n === citation.n) === index);
}

function numbers(answer: ArmAnswer, { retrieval }: Comparison): string {
  const parts = [
    answer.ttftMs === null ? null : `first token ${Math.round(answer.ttftMs)} ms`,
    answer.tokensPerSecond === null ? null : `${Math.round(answer.tokensPerSecond)} tokens/s`,
    `${answer.promptTokens} prompt tokens`,
    answer.provenance?.indexGeneration == null || retrieval === null
      ? null
      : `retrieval ${Math.round(retrieval.ms)} ms`,
    answer.stopReason === "maxTokens" ? "cut at the token limit" : null,
    answer.stopReason === "stopped" ? "stopped" : null,
    answer.provenance === null || answer.provenance.passagesLeftOut.length === 0
      ? null
      : `passages that did not fit: ${answer.provenance.passagesLeftOut.map((n) => `[${n}]`).join(" ")}`,
    answer.reused ? "stored answer, nothing changed" : null,
    answer.unresolvedCitations.length === 0
      ? null
      : `cites ${answer.unresolvedCitations.map((n) => `[${n}]`).join(" ")}, which is no passage`,
  ];
  return parts.filter((part) => part !== null).join(" · ");
}

function passageLines({ retrieval }: Comparison): string[] {
  if (retrieval === null) return [];
  const { passages, chunkCount, ms } = retrieval;
  const lines = [`Passages: ${passages.length} of ${chunkCount} chunks, found in ${Math.round(ms)} ms`];
  for (const { n, document, page, heading, text, bm25Rank, vectorRank, lineRank } of passages) {
    const where = [document, page === null ? null : `page ${page}`, heading]
      .filter((part) => part !== null)
      .join(" · ");
    lines.push(
      `  [${n}] ${where} (words ${bm25Rank ?? "–"}, meaning ${vectorRank ?? "–"}${lineRank === null ? "" : `, line ${lineRank}`})`,
    );
    lines.push(`      ${text.replaceAll(/\s+/g, " ").slice(0, 160)}`);
  }
  return lines;
}

function beside(left: string[], right: string[], column: number): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) =>
    `${(left[row] ?? "").padEnd(column)} │ ${right[row] ?? ""}`.trimEnd(),
  );
}

/** Break text into lines of at most `columns` characters, at spaces where there are any. */
function wrap(text: string, columns: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && line.length + 1 + word.length > columns) {
        lines.push(line);
        line = "";
      }
      line = line === "" ? word : `${line} ${word}`;
      while (line.length > columns) {
        lines.push(line.slice(0, columns));
        line = line.slice(columns);
      }
    }
    return [...lines, line];
  });
}

import { z } from "zod";
import { cleanText } from "./clean-text.ts";
import { documentDamaged } from "./document-failures.ts";
import { readCode } from "./read-code.ts";
import { readMarkdown } from "./read-markdown.ts";
import { readPlainText } from "./read-plain-text.ts";
import type { ReadText } from "./read-text.ts";
import { TextWriter } from "./text-writer.ts";

/** Lines and characters of one output: the result, not the log of a night's training. */
const MOST_OUTPUT_LINES = 12;
const MOST_OUTPUT_CHARACTERS = 800;

const Lines = z
  .union([z.string(), z.array(z.string())])
  .transform((lines) => (Array.isArray(lines) ? lines.join("") : lines));
/** nbformat 4 and 3; what is not text (pictures, widgets) is not read. */
const Output = z.object({
  text: Lines.optional(),
  data: z.object({ "text/plain": Lines.optional() }).optional(),
  ename: z.string().optional(),
  evalue: z.string().optional(),
});
const Cell = z.object({
  cell_type: z.string(),
  source: Lines.optional(),
  input: Lines.optional(),
  outputs: z.array(Output.catch({})).optional(),
});
const Cells = z.array(Cell);
const Notebook = z.object({
  cells: Cells.optional(),
  worksheets: z.array(z.object({ cells: Cells })).optional(),
});

/** A Jupyter notebook: its texts with their headings, its code, and the beginning of what the code printed. */
export function readNotebook(path: string, source: string): ReadText {
  const writer = new TextWriter();
  for (const cell of cellsOf(path, source)) {
    const text = cleanText(cell.source ?? cell.input ?? "");
    switch (cell.cell_type) {
      case "markdown":
        writer.append(readMarkdown(text));
        break;
      case "code":
        writer.append(readCode(text));
        for (const output of cell.outputs ?? []) {
          const shown = shortOutput(output);
          if (shown !== "") writer.block("rows", `Output: ${shown}`);
        }
        break;
      case "heading": // nbformat 3
        writer.heading(1, text);
        break;
      default:
        writer.append(readPlainText(text));
    }
  }
  return writer.finish();
}

function cellsOf(path: string, source: string): z.infer<typeof Cells> {
  let json: unknown;
  try {
    json = JSON.parse(source);
  } catch (error) {
    throw documentDamaged(path, "it is no JSON, as notebooks are; it was probably cut off", error);
  }
  const notebook = Notebook.safeParse(json);
  const cells = notebook.data?.cells ?? notebook.data?.worksheets?.flatMap((sheet) => sheet.cells);
  if (cells === undefined) throw documentDamaged(path, "it is JSON, but not a Jupyter notebook (it has no cells)");
  return cells;
}

function shortOutput({ text, data, ename, evalue }: z.infer<typeof Output>): string {
  const all = cleanText(text ?? data?.["text/plain"] ?? (ename === undefined ? "" : `${ename}: ${evalue ?? ""}`));
  const plain = withoutColours(all).trim();
  const short = plain
    .split("\n")
    .slice(0, MOST_OUTPUT_LINES)
    .join("\n")
    .slice(0, MOST_OUTPUT_CHARACTERS)
    .toWellFormed();
  return short.length < plain.length ? `${short.trimEnd()} …` : short;
}

/** Terminal colours: the escape itself is a space by now. */
const withoutColours = (text: string): string => text.replace(/ \[[\d;]*m/g, "");

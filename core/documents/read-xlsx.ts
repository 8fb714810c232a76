import { documentDamaged } from "./document-failures.ts";
import { relationId, relationsOf } from "./office-parts.ts";
import { type ReadLimits, shortenedWarning } from "./read-limits.ts";
import type { ReadText } from "./read-text.ts";
import { type Cell, RecordWriter } from "./record-writer.ts";
import { type NumberKind, numberKinds, valueInWords } from "./sheet-values.ts";
import { TextWriter } from "./text-writer.ts";
import { walkXml } from "./xml.ts";
import { SafeArchive } from "./zip-archive.ts";

interface Workbook {
  sheets: { name: string; part: string }[];
  sharedTexts: string[];
  kinds: NumberKind[];
  /** Days are counted from 1904, as old Macs did. */
  uses1904: boolean;
}

/** Excel's last column, XFD. */
const MAX_COLUMNS = 16_384;

/** A workbook: its sheets as headings, their rows as records; formulas by the values they were saved with. */
export function readXlsx(path: string, bytes: Buffer, limits: ReadLimits): ReadText {
  const { expandedBytes } = limits;
  // Sheets are walked through, never held as a tree, so they may be as large as the whole archive may be.
  const archive = new SafeArchive(path, bytes, { expandedBytes, wantedBytes: expandedBytes });
  const workbook = openWorkbook(path, archive);
  const writer = new TextWriter();
  for (const { name, part } of workbook.sheets) {
    if (writer.length > limits.tableCharacters) {
      writer.warn(shortenedWarning(`the sheets before “${name}”`));
      break;
    }
    const sheet = archive.read(part);
    if (sheet !== null) writeSheet(path, sheet, name, workbook, writer, limits);
  }
  return writer.finish();
}

function openWorkbook(path: string, archive: SafeArchive): Workbook {
  const main = relationsOf(path, archive, "").find(({ type }) => type === "officeDocument")?.target;
  const part = main ?? "xl/workbook.xml";
  const bytes = archive.read(part);
  if (bytes === null) throw documentDamaged(path, `its archive has no ${part}`);
  const relations = relationsOf(path, archive, part);
  const sheets: Workbook["sheets"] = [];
  let uses1904 = false;
  walkXml(path, bytes, {
    open(name, attributes) {
      if (name === "workbookPr") uses1904 = /^(?:1|true)$/.test(attributes["date1904"] ?? "");
      if (name !== "sheet") return;
      const id = relationId(attributes);
      // Chart sheets are among them and hold no cells.
      const relation = relations.find((one) => one.id === id && one.type === "worksheet");
      if (relation !== undefined) sheets.push({ name: attributes["name"] ?? "", part: relation.target });
    },
  });
  if (sheets.length === 0) throw documentDamaged(path, "its archive has no sheets");
  const partOf = (type: string): Buffer | null => {
    const relation = relations.find((one) => one.type === type);
    return relation === undefined ? null : archive.read(relation.target);
  };
  return {
    sheets,
    sharedTexts: sharedTexts(path, partOf("sharedStrings")),
    kinds: numberKinds(path, partOf("styles")),
    uses1904,
  };
}

/** Texts that cells refer to by number; runs of one text are joined, readings (furigana) left out. */
function sharedTexts(path: string, bytes: Buffer | null): string[] {
  const texts: string[] = [];
  if (bytes === null) return texts;
  let [inText, inReading] = [false, false];
  walkXml(path, bytes, {
    open(name) {
      if (name === "si") texts.push("");
      if (name === "t") inText = true;
      if (name === "rPh") inReading = true;
    },
    text(text) {
      if (inText && !inReading && texts.length > 0) texts[texts.length - 1] += text;
    },
    close(name) {
      if (name === "t") inText = false;
      if (name === "rPh") inReading = false;
    },
  });
  return texts;
}

function writeSheet(
  path: string,
  bytes: Buffer,
  name: string,
  workbook: Workbook,
  writer: TextWriter,
  limits: ReadLimits,
): void {
  const records = new RecordWriter(writer);
  let row: Cell[] = [];
  let lastRow = 0;
  let cell: { column: number; type: string; style: number; value: string } | null = null;
  let inValue = false;
  let isFull = false;

  const endCell = (): void => {
    if (cell !== null && cell.value !== "") row.push({ column: cell.column, value: shownValue(cell, workbook) });
    cell = null;
  };
  const endRow = (): void => {
    if (row.length > 0 && lastRow > 0 && records.rows === 0) writer.heading(1, name);
    records.addRow(row);
    row = [];
    isFull ||= writer.length > limits.tableCharacters;
  };
  walkXml(
    path,
    bytes,
    {
      open(tag, { r, t, s }) {
        if (isFull) return;
        if (tag === "row") {
          // Rows that are left out of the file are empty, and end a table.
          const number = Number(r ?? lastRow + 1);
          if (number > lastRow + 1 && lastRow > 0) records.addRow([]);
          lastRow = number;
        } else if (tag === "c")
          cell = {
            column: columnOf(r) ?? (row.at(-1)?.column ?? -1) + 1,
            type: t ?? "n",
            style: Number(s ?? 0),
            value: "",
          };
        else inValue = cell !== null && (tag === "v" || tag === "t");
      },
      text(text) {
        if (inValue && cell !== null) cell.value += text;
      },
      close(tag) {
        if (isFull) return;
        if (tag === "v" || tag === "t") inValue = false;
        else if (tag === "c") endCell();
        else if (tag === "row") endRow();
      },
    },
    () => isFull,
  );
  if (isFull) writer.warn(shortenedWarning(`the first ${records.rows.toLocaleString("en")} rows of sheet “${name}”`));
  records.end();
}

function shownValue(cell: { type: string; style: number; value: string }, workbook: Workbook): string {
  switch (cell.type) {
    case "s":
      return workbook.sharedTexts[Number(cell.value)] ?? "";
    case "b":
      return cell.value === "1" ? "TRUE" : "FALSE";
    case "n":
      return valueInWords(cell.value, workbook.kinds[cell.style] ?? "number", workbook.uses1904);
    default:
      return cell.value;
  }
}

/** Column of a reference such as "AB12", from 0; null without one. */
function columnOf(reference: string | undefined): number | null {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? "")?.[0];
  if (letters === undefined) return null;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return Math.min(column, MAX_COLUMNS) - 1;
}

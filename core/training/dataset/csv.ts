/** One record of a CSV file and the line it starts on, from 1. */
export interface CsvRecord {
  line: number;
  cells: string[];
}

/**
 * Records of a CSV text (RFC 4180): quoted cells may hold separators, line breaks and doubled quotes.
 * The separator is the one of comma, semicolon and tab that the first line has most of.
 *
 * @returns null for a text that ends inside a quoted cell
 */
export function parseCsv(text: string): CsvRecord[] | null {
  const separator = separatorOf(text);
  const records: CsvRecord[] = [];
  let cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  let line = 1;
  let start = 1;
  const endRecord = (): void => {
    cells.push(cell);
    if (cells.length > 1 || cell !== "") records.push({ line: start, cells });
    cells = [];
    cell = "";
    start = line + 1;
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    if (isQuoted) {
      if (letter === '"' && text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else if (letter === '"') isQuoted = false;
      else cell += letter;
    } else if (letter === '"' && cell === "") isQuoted = true;
    else if (letter === separator) {
      cells.push(cell);
      cell = "";
    } else if (letter === "\n") endRecord();
    else if (letter !== "\r") cell += letter;
    if (letter === "\n") line += 1;
  }
  if (isQuoted) return null;
  if (cell !== "" || cells.length > 0) endRecord();
  return records;
}

function separatorOf(text: string): string {
  const first = text.slice(0, text.indexOf("\n") === -1 ? undefined : text.indexOf("\n"));
  const counts = [",", ";", "\t"].map((candidate) => [candidate, first.split(candidate).length] as const);
  return counts.sort((a, b) => b[1] - a[1])[0]![0];
}

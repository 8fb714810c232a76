import { walkXml } from "./xml.ts";

/** How a cell's number is meant, from its style's number format (ECMA-376 part 1, 18.8.30). */
export type NumberKind = "number" | "date" | "time" | "percent";

/** Formats Excel knows by number alone: 14 to 17, 22 and the East Asian ones are dates, 18 to 21 and 45 to 47 times. */
function builtInKind(id: number): NumberKind {
  if (id === 9 || id === 10) return "percent";
  if ((id >= 14 && id <= 17) || id === 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58)) return "date";
  return (id >= 18 && id <= 21) || (id >= 45 && id <= 47) ? "time" : "number";
}

function kindOfCode(code: string): NumberKind {
  // Quoted text, escaped letters and [colours] mean themselves; [h] counts hours beyond a day.
  const letters = code
    .replace(/"[^"]*"|\\.|_.|\*./g, "")
    .replace(/\[(?![hms]+\])[^\]]*\]/gi, "")
    .toLowerCase();
  if (/[yd]/.test(letters) && !/general/.test(letters)) return "date";
  if (/[hs]/.test(letters)) return "time";
  if (/m/.test(letters) && !/[0#?]/.test(letters)) return "date";
  return letters.includes("%") ? "percent" : "number";
}

/** The kind of each cell style, by its index. */
export function numberKinds(path: string, styles: Buffer | null): NumberKind[] {
  if (styles === null) return [];
  const codes = new Map<number, string>();
  const kinds: NumberKind[] = [];
  let inCellStyles = false;
  walkXml(path, styles, {
    open(name, { numFmtId, formatCode }) {
      if (name === "numFmt") codes.set(Number(numFmtId), formatCode ?? "");
      if (name === "cellXfs") inCellStyles = true;
      if (name !== "xf" || !inCellStyles) return;
      const code = codes.get(Number(numFmtId));
      kinds.push(code === undefined ? builtInKind(Number(numFmtId)) : kindOfCode(code));
    },
    close(name) {
      if (name === "cellXfs") inCellStyles = false;
    },
  });
  return kinds;
}

/** Fifteen digits are what Excel keeps and shows; the file has seventeen, and 0.1 is 0.10000000000000001 there. */
const plainNumber = (value: number): string => String(Number(value.toPrecision(15)));

/** The days from Excel's first day to 1970; its calendar has a 29 February 1900, so it begins on the 30th. */
const DAYS_BEFORE_1970 = 25_569;
const DAYS_FROM_1900_TO_1904 = 1462;
/** 31 December 9999, where Excel's calendar ends. */
const LAST_DAY = 2_958_465;

/** A number as the cell shows it, as far as its meaning goes: dates in ISO 8601, shares in percent. */
export function valueInWords(raw: string, kind: NumberKind, uses1904: boolean): string {
  const value = Number(raw);
  if (raw.trim() === "" || !Number.isFinite(value)) return raw;
  if (kind === "percent") return `${plainNumber(value * 100)} %`;
  if (kind === "number" || value < 0 || value > LAST_DAY) return plainNumber(value);
  const days = value + (uses1904 ? DAYS_FROM_1900_TO_1904 : 0);
  // To the second: a day's fraction has no exact binary form.
  const moment = new Date(Math.round((days - DAYS_BEFORE_1970) * 86_400) * 1000).toISOString();
  const [date, time] = [moment.slice(0, 10), moment.slice(11, 19).replace(/:00$/, "")];
  if (kind === "time" || value < 1) return value < 1 ? time : `${Math.floor(value * 24)}:${moment.slice(14, 19)}`;
  return value % 1 === 0 ? date : `${date} ${time}`;
}

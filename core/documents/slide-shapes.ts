import { cleanText } from "./clean-text.ts";
import { walkXml } from "./xml.ts";

/** What a slide shows, in the order of its shapes. */
export type SlideShape =
  | { kind: "title" | "text"; paragraphs: { text: string; level: number; isItem: boolean }[] }
  | { kind: "table"; rows: string[][] };

/** Placeholders that repeat on every slide: date, foot, number, picture of the slide on its notes. */
const furniture = new Set(["dt", "ftr", "sldNum", "hdr", "sldImg"]);

/** The shapes of a slide, its notes or a diagram (ECMA-376 part 1, 19.3 and 20.1): titles, paragraphs, tables. */
export function shapesOf(path: string, bytes: Buffer): SlideShape[] {
  const shapes: SlideShape[] = [];
  let placeholder: string | null = null;
  let paragraphs: { text: string; level: number; isItem: boolean }[] = [];
  let table: string[][] | null = null;
  let cell: string[] | null = null;
  let text = "";
  let level = 0;
  let hasBullet: boolean | null = null;
  let inText = false;

  const endParagraph = (): void => {
    const clean = cleanText(text)
      .replace(/[^\S\n]+/g, " ")
      .trim();
    text = "";
    if (clean === "") return;
    if (cell !== null) cell.push(clean.replace(/\s+/g, " "));
    else paragraphs.push({ text: clean, level, isItem: hasBullet ?? isBody(placeholder) });
  };
  const endShape = (): void => {
    const isTitle = placeholder === "title" || placeholder === "ctrTitle";
    if (paragraphs.length > 0 && !(placeholder !== null && furniture.has(placeholder)))
      shapes.push({ kind: isTitle ? "title" : "text", paragraphs });
    paragraphs = [];
    placeholder = null;
  };
  walkXml(path, bytes, {
    open(name, attributes) {
      if (name === "sp") endShape();
      // A placeholder without a type is the body.
      else if (name === "ph") placeholder = attributes["type"] ?? "body";
      else if (name === "tbl") table = [];
      else if (name === "tr") table?.push([]);
      else if (name === "tc") {
        cell = [];
        if (attributes["hMerge"] === "1" || attributes["vMerge"] === "1") cell.push("");
      } else if (name === "p") [text, level, hasBullet] = ["", 0, null];
      else if (name === "pPr") level = Math.min(8, Number(attributes["lvl"] ?? 0) || 0);
      else if (name === "buNone") hasBullet = false;
      else if (name === "buChar" || name === "buAutoNum") hasBullet = true;
      else if (name === "br") text += "\n";
      else if (name === "t") inText = true;
    },
    text(part) {
      if (inText) text += part;
    },
    close(name) {
      if (name === "t") inText = false;
      else if (name === "p") endParagraph();
      else if (name === "tc" && cell !== null) {
        table?.at(-1)?.push(cell.join(" ").trim());
        cell = null;
      } else if (name === "tbl" && table !== null) {
        const rows = table.filter((row) => row.some((one) => one !== ""));
        if (rows.length > 0) shapes.push({ kind: "table", rows });
        table = null;
      } else if (name === "sp") endShape();
    },
  });
  endShape();
  return shapes;
}

/** A subtitle is a sentence; the body of a slide is a list of points unless it says otherwise. */
const isBody = (placeholder: string | null): boolean => placeholder === "body" || placeholder === "obj";

import { documentDamaged } from "./document-failures.ts";
import { looksLikeHead } from "./markdown-table.ts";
import { relationId, relationsOf } from "./office-parts.ts";
import type { ReadLimits } from "./read-limits.ts";
import type { ReadText } from "./read-text.ts";
import { shapesOf, type SlideShape } from "./slide-shapes.ts";
import { TextWriter } from "./text-writer.ts";
import { walkXml } from "./xml.ts";
import { SafeArchive } from "./zip-archive.ts";

const EMU_PER_POINT = 12_700;

/** A presentation: each slide a page under its title, with its lists, tables, diagrams and the speaker's notes. */
export function readPptx(path: string, bytes: Buffer, limits: ReadLimits): ReadText {
  const { expandedBytes, markupBytes } = limits;
  const archive = new SafeArchive(path, bytes, { expandedBytes, wantedBytes: markupBytes });
  const { slides, size } = openPresentation(path, archive);
  const writer = new TextWriter();
  slides.forEach((part, index) => {
    const slide = archive.read(part);
    if (slide !== null) writer.page(index + 1, size, () => writeSlide(path, archive, part, slide, writer));
  });
  return writer.finish();
}

function openPresentation(
  path: string,
  archive: SafeArchive,
): { slides: string[]; size: { width: number; height: number } } {
  const main = relationsOf(path, archive, "").find(({ type }) => type === "officeDocument")?.target;
  const part = main ?? "ppt/presentation.xml";
  const bytes = archive.read(part);
  if (bytes === null) throw documentDamaged(path, `its archive has no ${part}`);
  const relations = relationsOf(path, archive, part);
  const slides: string[] = [];
  let size = { width: 720, height: 540 };
  walkXml(path, bytes, {
    open(name, attributes) {
      const [width, height] = [Number(attributes["cx"]), Number(attributes["cy"])];
      if (name === "sldSz" && width > 0 && height > 0)
        size = { width: width / EMU_PER_POINT, height: height / EMU_PER_POINT };
      if (name !== "sldId") return;
      const id = relationId(attributes);
      const relation = relations.find((one) => one.id === id);
      if (relation !== undefined) slides.push(relation.target);
    },
  });
  if (slides.length === 0) throw documentDamaged(path, "its archive has no slides");
  return { slides, size };
}

function writeSlide(path: string, archive: SafeArchive, part: string, slide: Buffer, writer: TextWriter): void {
  const shapes = shapesOf(path, slide);
  // Shapes stand in the order they are painted in; whatever that is, the title heads the slide.
  for (const shape of shapes) if (shape.kind === "title") writer.heading(1, textOf(shape).join(" "));
  for (const shape of shapes) writeShape(shape, writer);
  const relations = relationsOf(path, archive, part);
  for (const { type, target } of relations) {
    if (type !== "diagramData") continue;
    const diagram = archive.read(target);
    if (diagram !== null) for (const shape of shapesOf(path, diagram)) writeShape(shape, writer);
  }
  for (const { type, target } of relations) {
    const notes = type === "notesSlide" ? archive.read(target) : null;
    if (notes === null) continue;
    const spoken = shapesOf(path, notes).flatMap(textOf);
    if (spoken.length > 0) writer.block("prose", `Notes: ${spoken.join("\n")}`);
  }
}

function writeShape(shape: SlideShape, writer: TextWriter): void {
  if (shape.kind === "table") writer.table(shape.rows, looksLikeHead(shape.rows));
  else if (shape.kind === "text") {
    const lines = shape.paragraphs.map(
      ({ text, level, isItem }) => `${"  ".repeat(level)}${isItem ? "- " : ""}${text.replace(/\n/g, " ")}`,
    );
    writer.block("prose", lines.join("\n"));
  }
}

const textOf = (shape: SlideShape): string[] =>
  shape.kind === "table" ? [] : shape.paragraphs.map(({ text }) => text.replace(/\n/g, " "));

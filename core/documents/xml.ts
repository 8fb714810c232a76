import { Parser } from "htmlparser2";
import { documentDamaged } from "./document-failures.ts";

/** No Office file or book nests its elements deeper; a parser's time grows with the square of it. */
const DEEPEST_NESTING = 1000;
const PART_BYTES = 1 << 16;

export interface XmlListener {
  /** Names come without their namespace's prefix, those of attributes too. */
  open?(name: string, attributes: Record<string, string>): void;
  text?(text: string): void;
  close?(name: string): void;
}

/**
 * Walk through an XML part of a document.
 *
 * The parser knows no entities but XML's own five, so a declaration cannot make a small file large, and it asks for
 * no other file. A listener that has seen enough returns true from `isDone`.
 *
 * @throws document_damaged  nested deeper than any document is
 */
export function walkXml(path: string, bytes: Buffer, listener: XmlListener, isDone: () => boolean = () => false): void {
  let depth = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        depth += 1;
        if (depth > DEEPEST_NESTING) throw documentDamaged(path, `its XML is nested more than ${DEEPEST_NESTING} deep`);
        listener.open?.(localName(name), withLocalNames(attributes));
      },
      ontext: (text) => listener.text?.(text),
      onclosetag(name) {
        depth -= 1;
        listener.close?.(localName(name));
      },
    },
    { xmlMode: true },
  );
  const decoder = new TextDecoder(encodingOf(bytes));
  for (let start = 0; start < bytes.length && !isDone(); start += PART_BYTES)
    parser.write(decoder.decode(bytes.subarray(start, start + PART_BYTES), { stream: true }));
  parser.end();
}

/** XML is UTF-8 unless a byte order mark says UTF-16; Office and EPUB allow no other. */
function encodingOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return "utf-8";
}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

function withLocalNames(attributes: Record<string, string>): Record<string, string> {
  for (const name in attributes) {
    if (name.includes(":")) attributes[localName(name)] ??= attributes[name]!;
  }
  return attributes;
}

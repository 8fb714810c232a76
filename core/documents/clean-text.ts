/** Long texts are cleaned in pieces, so that a 200 MB file never lies in memory six times. */
const PIECE_LENGTH = 1 << 20;

/**
 * Text as it is stored: one form for every reader, made before any position is taken.
 *
 * - line ends (CR LF, CR, form feed, NEL, U+2028, U+2029) become LF
 * - BOM and soft hyphen go, no-break spaces become spaces, other control characters become a space
 * - lone surrogates become U+FFFD
 * - Unicode NFC, so that an é typed in a question meets an é written on a Mac
 */
export function cleanText(text: string): string {
  if (text.length <= PIECE_LENGTH) return cleanPiece(text);
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    const end = pieceEnd(text, start);
    pieces.push(cleanPiece(text.slice(start, end)));
    start = end;
  }
  return pieces.join("");
}

function cleanPiece(text: string): string {
  if (/^[\n\t\x20-\x7e]*$/.test(text)) return text;
  return text
    .replace(/\r\n?|[\v\f\x85\u2028\u2029]/g, "\n")
    .replace(/[\ufeff\xad]/g, "")
    .replace(/[\0-\x08\x0e-\x1f\x7f-\x9f\xa0\u2007\u202f]/g, " ")
    .toWellFormed()
    .normalize("NFC");
}

/** A border that no CR LF, surrogate pair or combining sequence crosses: before a plain letter, digit, space or LF. */
function pieceEnd(text: string, start: number): number {
  const wanted = start + PIECE_LENGTH;
  if (wanted >= text.length) return text.length;
  for (let end = wanted; end > wanted - 1000; end -= 1) {
    const before = text.charCodeAt(end - 1);
    if (/[A-Za-z0-9 \n]/.test(text.charAt(end)) && before !== 13) return end;
  }
  // A thousand characters without one such border: letters of another script, where only pairs can break.
  return text.charCodeAt(wanted) >>> 10 === 0x37 ? wanted - 1 : wanted;
}

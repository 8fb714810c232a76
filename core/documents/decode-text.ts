import { isUtf8 } from "node:buffer";
import { analyse } from "chardet";
import iconv from "iconv-lite";
import type { DocumentWarning } from "../contract/documents.ts";

/** Bytes looked at to guess an encoding; chardet's time grows with them, its certainty no longer. */
const SAMPLE_BYTES = 64 * 1024;

/** Below this share of broken sequences a text is UTF-8 with damage; above it, it is another encoding. */
const DAMAGED_UTF8_SHARE = 0.1;

/** Decode a text file; what could not be decoded is U+FFFD and said in a warning. */
export function decodeText(
  bytes: Buffer,
  encoding: string,
): { text: string; encoding: string; warnings: DocumentWarning[] } {
  const text = iconv.encodingExists(encoding)
    ? iconv.decode(bytes, encoding, { stripBOM: true })
    : new TextDecoder(encoding).decode(bytes);
  const replaced = countOf(text, "\ufffd") - (encoding === "utf-8" ? countOf(bytes, Buffer.from("\ufffd")) : 0);
  if (replaced <= 0) return { text, encoding, warnings: [] };
  const message =
    `${replaced.toLocaleString("en")} ${replaced === 1 ? "place" : "places"} could not be read as ${encoding} and ` +
    `${replaced === 1 ? "was" : "were"} replaced by �.`;
  return { text, encoding, warnings: [{ code: "lossy_decoding", message }] };
}

/**
 * The encoding of a text file by its byte order mark, its validity as UTF-8, its zero bytes, what an HTML page
 * declares, and last by the frequency of its bytes. Lower-case WHATWG names.
 *
 * @param declared  what the text says of itself, believed only where it is not UTF-8
 */
export function detectEncoding(bytes: Buffer, declared: string | null = null): string {
  const marked = byteOrderMark(bytes);
  if (marked !== null) return marked;
  const utf16 = utf16WithoutMark(bytes);
  if (utf16 !== null) return utf16;
  if (isUtf8(bytes)) return usesJapaneseEscapes(bytes) ? "iso-2022-jp" : "utf-8";
  if (declared !== null && iconv.encodingExists(declared) && !/^utf-?(8|16|32)/i.test(declared))
    return webName(declared);

  const sample = sampleAroundHighBytes(bytes);
  if (isDamagedUtf8(sample)) return "utf-8";
  const best = analyse(sample).find((match) => match.name !== "UTF-8" && match.name !== "ASCII");
  return webName(best?.name ?? "windows-1252");
}

function byteOrderMark(bytes: Buffer): string | null {
  const starts = (...mark: number[]): boolean => mark.every((byte, index) => bytes[index] === byte);
  if (starts(0xef, 0xbb, 0xbf)) return "utf-8";
  if (starts(0xff, 0xfe, 0, 0)) return "utf-32le";
  if (starts(0, 0, 0xfe, 0xff)) return "utf-32be";
  if (starts(0xff, 0xfe)) return "utf-16le";
  if (starts(0xfe, 0xff)) return "utf-16be";
  return null;
}

/**
 * UTF-16 shows by zero bytes in every other place: Latin letters, spaces and line ends have one each.
 *
 * Guessing it without zero bytes makes Chinese of short English texts, so text in which not even a
 * space has one is left to the other rules.
 */
function utf16WithoutMark(bytes: Buffer): string | null {
  const sample = bytes.subarray(0, SAMPLE_BYTES - (SAMPLE_BYTES % 2));
  let [even, odd] = [0, 0];
  for (let index = 0; index + 1 < sample.length; index += 2) {
    if (sample[index] === 0) even += 1;
    if (sample[index + 1] === 0) odd += 1;
  }
  const pairs = sample.length / 2;
  const [zeros, others, encoding] = odd > even ? [odd, even, "utf-16le"] : [even, odd, "utf-16be"];
  if (bytes.length % 2 !== 0 || zeros < Math.max(1, pairs * 0.02) || others > zeros * 0.02) return null;
  const text = iconv.decode(sample, encoding, { stripBOM: false });
  const odd16 = text.match(/[\0-\x08\x0e-\x1f\x7f-\x9f\p{Cn}\p{Co}\ufffd]|\p{Cs}/gu)?.length ?? 0;
  return odd16 <= text.length * 0.01 ? encoding : null;
}

/** ISO-2022-JP is seven-bit and so valid UTF-8; its shift sequences tell. */
const usesJapaneseEscapes = (bytes: Buffer): boolean => bytes.includes("\x1b$B") || bytes.includes("\x1b$@");

function isDamagedUtf8(sample: Buffer): boolean {
  const text = sample.toString("utf8");
  const broken = countOf(text, "\ufffd");
  const sound = text.match(/[^\0-\x7f\ufffd]/gu)?.length ?? 0;
  return sound > 0 && broken / (broken + sound) < DAMAGED_UTF8_SHARE;
}

/** From the first byte above 127 on: a long English file may show its one ß only at the end. */
function sampleAroundHighBytes(bytes: Buffer): Buffer {
  let first = 0;
  while (first < bytes.length && bytes[first]! <= 127) first += 1;
  const start = Math.max(0, Math.min(first, bytes.length - 1) - 1024);
  // Not cut inside a sequence of UTF-8, or the cut itself looks like damage.
  let end = Math.min(bytes.length, start + SAMPLE_BYTES);
  while (end < bytes.length && end > start && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(start, end);
}

/** Browsers read Latin-1 as Windows-1252, which has printable characters where Latin-1 has control codes. */
function webName(name: string): string {
  const lower = name.toLowerCase();
  return /^(iso-?8859-?1|latin-?1|us-ascii|ascii)$/.test(lower) ? "windows-1252" : lower;
}

function countOf(text: string | Buffer, part: string | Buffer): number {
  let count = 0;
  for (let at = text.indexOf(part as string); at !== -1; at = text.indexOf(part as string, at + part.length))
    count += 1;
  return count;
}

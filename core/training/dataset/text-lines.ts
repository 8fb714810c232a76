import type { Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { detectEncoding } from "../../documents/decode-text.ts";
import { fileFailure } from "../../runtime/model-failures.ts";
import { datasetUnusable } from "../training-failures.ts";

/** The encoding is judged by the first of these. */
const CHUNK_BYTES = 256 * 1024;
/** The longest contexts hold fewer characters; such a line is another kind of file. */
const MOST_LINE_CHARACTERS = 8_000_000;

export interface TextChunk {
  text: string;
  encoding: string;
}

/**
 * The text of a file, piece by piece, from whatever encoding its first bytes show.
 *
 * @param hash  is given every byte that was read
 * @throws file_missing, file_unreadable, dataset_unusable  an encoding that cannot be decoded
 */
export async function* readText(path: string, hash: Hash): AsyncGenerator<TextChunk> {
  let encoding: string | null = null;
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      const bytes = chunk as Buffer;
      hash.update(bytes);
      encoding ??= detectEncoding(wholeCharacters(bytes));
      decoder ??= decoderFor(path, encoding);
      yield { text: decoder.decode(bytes, { stream: true }), encoding };
    }
  } catch (error) {
    throw fileFailure(path, error);
  }
  if (decoder !== null && encoding !== null) yield { text: decoder.decode(), encoding };
}

/** A character cut in two at the end of the sample would look like damage. */
function wholeCharacters(bytes: Buffer): Buffer {
  if (bytes.length < CHUNK_BYTES) return bytes;
  let end = bytes.length;
  while (end > bytes.length - 4 && bytes[end - 1]! >= 0x80) end -= 1;
  return bytes.subarray(0, end - (end % 2));
}

function decoderFor(path: string, encoding: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding);
  } catch {
    throw datasetUnusable(path, `its encoding looks like ${encoding}; save it as UTF-8`);
  }
}

export interface TextLine {
  /** From 1. */
  line: number;
  /** Null for a line too long to be an example. */
  text: string | null;
}

/** Lines without their ends, also where these are CR LF. */
export async function* splitLines(chunks: AsyncIterable<string> | Iterable<string>): AsyncGenerator<TextLine> {
  let line = 1;
  let pending = "";
  let isTooLong = false;
  const finished = (text: string): TextLine => ({ line: line++, text: isTooLong ? null : text.replace(/\r$/, "") });
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf("\n"); end !== -1; end = chunk.indexOf("\n", start)) {
      yield finished(pending + chunk.slice(start, end));
      [pending, isTooLong, start] = ["", false, end + 1];
    }
    pending += chunk.slice(start);
    if (pending.length > MOST_LINE_CHARACTERS) [pending, isTooLong] = ["", true];
  }
  if (pending !== "" || isTooLong) yield finished(pending);
}

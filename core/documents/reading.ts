import { type ChildStatus, SupervisedChild } from "../children/supervised-child.ts";
import type { Document, DocumentText, DocumentWarning, PageRectangle } from "../contract/documents.ts";
import { isFourfoldError } from "../contract/failures.ts";
import { documentTooLarge, documentTooSlow } from "./document-failures.ts";
import { defaultReadLimits, type ReadLimits } from "./read-limits.ts";
import type { ReaderHandlers } from "./reader.ts";

/** How a document becomes chunks: whose tokens are counted, and how many make a chunk. */
export interface Splitting {
  /** Holds tokenizer.json and tokenizer_config.json of the collection's embedder. */
  tokenizerFolder: string;
  /** Tokens, at least 16. */
  chunkSize: number;
  /** Tokens, in whole sentences. */
  chunkOverlap: number;
  /** ISO 639-1 codes the embedder knows; empty when it does not say. */
  languages: string[];
}

export interface DocumentChunk {
  /** Half-open span of UTF-16 offsets; the chunk's text is exactly `text.slice(start, end)`. */
  start: number;
  end: number;
  /** Where it begins; null where there are no pages. */
  page: number | null;
  headingPath: string[];
  /** The head of the table or the definition its lines belong to, where they stand outside of the span; else "". */
  context: string;
  /** Of `embeddedText(chunk, text)` with the embedder's special tokens; at most `chunkSize`. */
  tokenCount: number;
  /** PDFs only: one per line. */
  rectangles: PageRectangle[];
}

export interface ReadDocument {
  sha256: string;
  sizeBytes: number;
  format: Document["format"];
  encoding: string | null;
  language: string | null;
  warnings: DocumentWarning[];
  text: string;
  pages: DocumentText["pages"];
  headings: DocumentText["headings"];
  chunks: DocumentChunk[];
}

export interface ReadingOptions {
  onLog?: (line: string) => void;
  onCrash?: (crash: { name: string; exit: string; lastWords: string; restarts: number }) => void;
  limits?: Partial<ReadLimits>;
}

/** After a file this large the reader starts afresh: V8 keeps the memory of the largest one for good. */
const RESTART_AFTER_BYTES = 32_000_000;
/** A parser deep in a page hears no signal, and nothing is lost by ending it. */
const STOP_WITHIN_MS = 200;

/** Reads documents in a child process of its own, one at a time. */
export class Reading implements AsyncDisposable {
  readonly #child: SupervisedChild<ReaderHandlers>;
  readonly #limits: ReadLimits;
  #lastWords = "";
  /** Settles when the read before is over. A child killed for one file would take the others with it. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: ReadingOptions = {}) {
    this.#limits = { ...defaultReadLimits, ...options.limits };
    this.#child = new SupervisedChild<ReaderHandlers>({
      name: "the reader",
      program: new URL("./reader.ts", import.meta.url),
      heapMegabytes: this.#limits.heapMegabytes,
      ...(options.onLog && { onLog: options.onLog }),
      onCrash: (crash) => {
        this.#lastWords = crash.lastWords;
        options.onCrash?.(crash);
      },
    });
  }

  get status(): ChildStatus {
    return this.#child.status;
  }

  /**
   * Read one file to text and chunks.
   *
   * @throws file_missing, file_unreadable, format_unsupported, document_empty, document_encrypted, document_damaged,
   *   document_binary, document_scanned, document_too_large, document_too_slow, document_changed: about this file
   * @throws child_crashed, file_quarantined  the parser died of it, once or twice
   * @throws stopped  by `signal`
   */
  read(path: string, splitting: Splitting, options: { signal?: AbortSignal | undefined } = {}): Promise<ReadDocument> {
    const read = this.#queue.then(() => this.#readNow(path, splitting, options.signal));
    this.#queue = read.catch(() => {});
    return read;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }

  async #readNow(path: string, splitting: Splitting, signal: AbortSignal | undefined): Promise<ReadDocument> {
    const { timeMs } = this.#limits;
    const chunks: DocumentChunk[] = [];
    this.#lastWords = "";
    try {
      const document = await this.#child.call(
        "read",
        { path, splitting, limits: this.#limits },
        {
          signal,
          onProgress: (part) => chunks.push(...part),
          stopWithinMs: STOP_WITHIN_MS,
          timeLimitMs: timeMs,
          suspect: path,
        },
      );
      if (document.sizeBytes > RESTART_AFTER_BYTES) await this.#child.restart();
      return { ...document, chunks };
    } catch (error) {
      throw this.#aboutThisFile(error, path);
    }
  }

  /** What supervision says of a process, said of the file it worked on. */
  #aboutThisFile(error: unknown, path: string): unknown {
    if (!isFourfoldError(error)) return error;
    if (error.failure.code === "child_stuck") return documentTooSlow(path, this.#limits.timeMs / 1000);
    if (error.failure.code !== "child_crashed" || !/heap (limit|out of memory)/i.test(this.#lastWords)) return error;
    const memory = this.#limits.heapMegabytes * 1024 * 1024;
    return documentTooLarge(path, "needs memory of more than", memory, memory);
  }
}

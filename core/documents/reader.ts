import { endWithParent } from "../children/end-with-parent.ts";
import { serveChild } from "../children/serve-child.ts";
import { readDocument } from "./read-document.ts";
import type { DocumentChunk, ReadDocument, Splitting } from "./reading.ts";
import type { ReadLimits } from "./read-limits.ts";

/** Chunks travel in parts, so that the engine's event loop never stands still for a long document. */
const CHUNKS_PER_MESSAGE = 500;

/** The reader child: parsers meet files of unknown origin here, away from the engine. */
const handlers = {
  read: async (
    input: { path: string; splitting: Splitting; limits: ReadLimits },
    { report, signal }: { report: (chunks: DocumentChunk[]) => void; signal: AbortSignal },
  ): Promise<Omit<ReadDocument, "chunks">> => {
    const { chunks, ...document } = await readDocument(input.path, input.splitting, input.limits, signal);
    for (let start = 0; start < chunks.length; start += CHUNKS_PER_MESSAGE) {
      report(chunks.slice(start, start + CHUNKS_PER_MESSAGE));
    }
    return document;
  },
};
export type ReaderHandlers = typeof handlers;

// pdf.js leaves promises of damaged files to fail unheard while it reads on another way; the read itself still tells.
process.on("unhandledRejection", (reason) => process.stderr.write(`Unheard failure in a parser: ${String(reason)}\n`));

endWithParent();
serveChild(handlers);

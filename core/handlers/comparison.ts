import { implement } from "@orpc/server";
import { ask } from "../comparison/ask.ts";
import { comparisonNotFound } from "../comparison/failures.ts";
import { replay } from "../comparison/replay.ts";
import { contract } from "../contract/index.ts";
import { findComparison, listComparisons } from "../store/comparisons.ts";
import { streamed } from "../streamed.ts";
import { afterBundled, type EngineParts } from "./engine-parts.ts";

export function comparisonHandlers(parts: EngineParts) {
  const { db, changes, answering } = parts;
  const { comparison } = afterBundled(implement(contract), parts);
  return {
    ask: comparison.ask.handler(({ input, signal }) =>
      streamed(signal, async ({ signal, report }) => {
        const answered = await answering.run(() => ask(parts, input, { signal, onProgress: report }), signal);
        changes.report("comparisons");
        return answered;
      }),
    ),
    replay: comparison.replay.handler(({ input, signal }) =>
      streamed(signal, async ({ signal, report }) => {
        const options = { signal, onProgress: report };
        const repeated = await answering.run(() => replay(parts, input.comparisonId, options), signal);
        changes.report("comparisons");
        return repeated;
      }),
    ),
    list: comparison.list.handler(({ input }) => listComparisons(db, input.limit, input.threadId)),
    get: comparison.get.handler(({ input }) => {
      const found = findComparison(db, input.comparisonId);
      if (found === null) throw comparisonNotFound(input.comparisonId);
      return found;
    }),
  };
}

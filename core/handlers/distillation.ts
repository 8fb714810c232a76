import { implement } from "@orpc/server";
import { contract } from "../contract/index.ts";
import { streamed } from "../streamed.ts";
import { afterBundled, type EngineParts } from "./engine-parts.ts";

export function distillationHandlers(parts: EngineParts) {
  const { distillations } = parts;
  const { distillation } = afterBundled(implement(contract), parts);
  return {
    start: distillation.start.handler(({ input, signal }) =>
      streamed(signal, ({ signal, report }) => distillations.start(input, signal, report)),
    ),
    resume: distillation.resume.handler(({ input, signal }) =>
      streamed(signal, ({ signal, report }) => distillations.resume(input.draftId, signal, report)),
    ),
    pause: distillation.pause.handler(({ input }) => distillations.pause(input.draftId)),
    remove: distillation.remove.handler(async ({ input }) => ({ removed: await distillations.remove(input.draftId) })),
    list: distillation.list.handler(() => distillations.list()),
    pairs: distillation.pairs.handler(({ input }) => distillations.pairs(input.draftId)),
    review: distillation.review.handler(({ input }) => distillations.review(input.draftId, input.decisions)),
    acceptAll: distillation.acceptAll.handler(({ input }) => distillations.acceptAll(input.draftId)),
    export: distillation.export.handler(({ input }) => distillations.export(input.draftId, input.path)),
  };
}

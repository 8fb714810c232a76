import type { LinkedFolder } from "../../../core/contract/index.ts";
import { plural } from "../../parts/format.ts";

/** How a linked folder stands, in a few words. */
export function folderWords({ state, documentCount, watch }: LinkedFolder): string {
  const documents = plural(documentCount, "document");
  switch (state.status) {
    case "resting":
      return documents;
    case "watching":
      return `${watch === "polling" || state.notice !== null ? "Looked at in turns" : "Watching"} · ${documents}`;
    case "syncing":
      return state.total === 0 ? "Looking through it" : `Syncing ${state.done} of ${state.total}`;
    case "failed":
      return `Not followed · ${documents} kept`;
  }
}

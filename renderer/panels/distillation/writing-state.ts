import type { DistillationProgress } from "../../../core/contract/index.ts";

/** How far a draft is, while it is being written. */
export interface Writing {
  /** Null until the engine has read the prompts. */
  draftId: string | null;
  isLoading: boolean;
  /** Of the prompt that is being answered. */
  position: number | null;
  text: string;
  done: number;
  prompts: number;
  etaMs: number | null;
}

export const beforeWriting: Writing = {
  draftId: null,
  isLoading: false,
  position: null,
  text: "",
  done: 0,
  prompts: 0,
  etaMs: null,
};

/** What is shown after a report; the only place where it changes. */
export function afterProgress(before: Writing, progress: DistillationProgress): Writing {
  switch (progress.type) {
    case "draft": {
      const { id, counts } = progress.draft;
      return { ...before, draftId: id, done: counts.answered + counts.failed, prompts: counts.prompts };
    }
    case "loading":
      return { ...before, isLoading: true };
    case "text": {
      const { position, delta } = progress;
      const text = position === before.position ? before.text + delta : delta;
      return { ...before, isLoading: false, position, text };
    }
    case "answered": {
      const { done, prompts, etaMs } = progress;
      return { ...before, isLoading: false, done, prompts, etaMs };
    }
  }
}

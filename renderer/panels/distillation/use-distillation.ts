import { useEffect, useRef, useState } from "react";
import type { DistillationDraft, DistillationProgress, EngineClient, Failure } from "../../../core/contract/index.ts";
import { follow } from "../../../core/contract/follow.ts";
import { useEngine } from "../../engine/engine-context.tsx";
import { failureOf } from "../../engine/failure-of.ts";
import { type Live, useLive } from "../../engine/use-live.ts";
import { afterProgress, beforeWriting, type Writing } from "./writing-state.ts";

export type NewDraft = Parameters<EngineClient["distillation"]["start"]>[0];

export interface DistillationHandle {
  drafts: Live<DistillationDraft[]>;
  /** The draft being written, as far as it is followed here. */
  writing: Writing | null;
  /** What starting, pausing or removing failed with; null when the last of them did not. */
  failure: Failure | null;
  start: (draft: NewDraft) => void;
  resume: (draftId: string) => void;
  pause: (draftId: string) => void;
  remove: (draftId: string) => void;
  /** The draft whose answers are looked through. */
  reviewedId: string | null;
  review: (draftId: string | null) => void;
}

type Reports = Promise<AsyncIterator<DistillationProgress, DistillationDraft, unknown>>;

/** Drafts live in the engine; one that goes on without this window is followed as soon as the list names it. */
export function useDistillation(): DistillationHandle {
  const { client } = useEngine();
  const drafts = useLive("drafts", ["drafts"], (engine, _key, options) => engine.distillation.list({}, options));
  const [writing, setWriting] = useState<Writing | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [reviewedId, setReviewedId] = useState<string | null>(null);
  const following = useRef<AbortController>(null);
  useEffect(() => () => following.current?.abort(), []);

  async function run(begin: (engine: EngineClient, options: { signal: AbortSignal }) => Reports): Promise<void> {
    if (client === null) return;
    following.current?.abort();
    const mine = (following.current = new AbortController());
    setFailure(null);
    setWriting(beforeWriting);
    try {
      await follow(begin(client, { signal: mine.signal }), (progress) => {
        if (!mine.signal.aborted) setWriting((before) => afterProgress(before ?? beforeWriting, progress));
      });
    } catch (error) {
      const found = failureOf(error);
      if (!mine.signal.aborted && found.code !== "stopped") setFailure(found);
    } finally {
      if (following.current === mine) {
        following.current = null;
        setWriting(null);
      }
    }
  }

  const resume = (draftId: string): void =>
    void run((engine, options) => engine.distillation.resume({ draftId }, options));

  const latest = useRef(resume);
  useEffect(() => void (latest.current = resume));
  const runningId = drafts.value?.find(({ state }) => state === "running")?.id ?? null;
  useEffect(() => {
    if (runningId !== null && following.current === null) latest.current(runningId);
  }, [runningId]);

  async function order(command: (engine: EngineClient) => Promise<unknown>): Promise<void> {
    setFailure(null);
    try {
      if (client !== null) await command(client);
    } catch (error) {
      setFailure(failureOf(error));
    }
  }

  return {
    drafts,
    writing,
    failure,
    start: (draft) => void run((engine, options) => engine.distillation.start(draft, options)),
    resume,
    pause: (draftId) => void order((engine) => engine.distillation.pause({ draftId })),
    remove: (draftId) => void order((engine) => engine.distillation.remove({ draftId })),
    reviewedId,
    review: setReviewedId,
  };
}

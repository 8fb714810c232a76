import { useEffect, useRef, useState } from "react";
import type { Decision, DraftedPair, Failure } from "../../../core/contract/index.ts";
import { useEngine } from "../../engine/engine-context.tsx";
import { failureOf } from "../../engine/failure-of.ts";
import { useLive } from "../../engine/use-live.ts";
import { commandOf, type Decided, neighbour, type ReviewFilter, shownPairs, withDecided } from "./review-state.ts";

export interface ReviewHandle {
  /** Null until they are read. */
  pairs: DraftedPair[] | null;
  shown: DraftedPair[];
  failure: Failure | null;
  filter: ReviewFilter;
  setFilter: (filter: ReviewFilter) => void;
  search: string;
  setSearch: (words: string) => void;
  /** Position of the pair that keys are about. */
  current: number | null;
  setCurrent: (position: number) => void;
  /** Position of the pair whose answer is being edited. */
  editing: number | null;
  setEditing: (position: number | null) => void;
  decide: (position: number, decision: Decision, answer?: string) => void;
  acceptAll: () => void;
}

/** The answers of a draft under a person's eyes: j and k walk, a accepts, r rejects, e edits, o reopens. */
export function useReview(draftId: string): ReviewHandle {
  const { client } = useEngine();
  const read = useLive(draftId, ["drafts"], (engine, id, options) =>
    engine.distillation.pairs({ draftId: id }, options),
  );
  const [decided, setDecided] = useState<Decided>(new Map());
  const [failure, setFailure] = useState<Failure | null>(null);
  const [filter, setFilter] = useState<ReviewFilter>("open");
  const [search, setSearch] = useState("");
  const [asked, setCurrent] = useState<number | null>(null);
  const [editing, setEditing] = useState<number | null>(null);

  const pairs = read.value === null ? null : withDecided(read.value, decided);
  const shown = shownPairs(pairs ?? [], filter, search);
  // What was decided on may have left the list; keys are then about what took its place.
  const current = shown.some(({ position }) => position === asked) ? asked : neighbour(shown, asked, 0);

  async function order(command: () => Promise<unknown>, undo: () => void): Promise<void> {
    setFailure(null);
    try {
      await command();
    } catch (error) {
      undo();
      setFailure(failureOf(error));
    }
  }

  function decide(position: number, decision: Decision, answer?: string): void {
    const change = { decision, ...(answer !== undefined && { answer }) };
    const before = decided;
    setDecided(new Map(decided).set(position, { ...decided.get(position), ...change }));
    setEditing(null);
    setCurrent(neighbour(shown, position, 1));
    void order(
      async () => client?.distillation.review({ draftId, decisions: [{ position, ...change }] }),
      () => setDecided(before),
    );
  }

  function acceptAll(): void {
    setDecided(new Map());
    void order(
      async () => client?.distillation.acceptAll({ draftId }),
      () => {},
    );
  }

  function onKey(event: KeyboardEvent): void {
    const command = commandOf(event, isTyping(event.target));
    if (command === null || current === null || event.defaultPrevented) return;
    event.preventDefault();
    const pair = shown.find(({ position }) => position === current);
    if (command === "next" || command === "previous")
      setCurrent(neighbour(shown, current, command === "next" ? 1 : -1));
    else if (command === "edit") setEditing(current);
    else if (pair?.answer != null) decide(current, decisions[command]);
  }
  const latest = useRef(onKey);
  useEffect(() => void (latest.current = onKey));
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => latest.current(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);

  return {
    pairs,
    shown,
    failure: failure ?? read.failure,
    filter,
    setFilter,
    search,
    setSearch,
    current,
    setCurrent,
    editing,
    setEditing,
    decide,
    acceptAll,
  };
}

const decisions = { accept: "accepted", reject: "rejected", reopen: "open" } as const;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest("input:not([type=radio]), textarea, select, [contenteditable]") !== null;

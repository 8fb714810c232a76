import { useEffect, useReducer, useRef } from "react";
import type { Arm, Ask, AskProgress, Comparison, EngineClient } from "../../../core/contract/index.ts";
import { useEngine } from "../../engine/engine-context.tsx";
import { failureOf } from "../../engine/failure-of.ts";
import { follow } from "../../../core/contract/follow.ts";
import { type ComparisonView, comparisonReducer, emptyComparison } from "./comparison-state.ts";

/** What may be asked; absent fields take the engine's own defaults. */
export type Question = Omit<Partial<Ask>, "arms"> & { question: string; arms: Arm[] };

export interface ComparisonHandle {
  view: ComparisonView;
  ask: (question: Question) => void;
  /** Runs a stored comparison again, to see whether it gives the same answers. */
  replay: (original: Comparison) => void;
  /** Shows a stored comparison with the turns before it. */
  open: (comparison: Comparison) => void;
  stop: () => void;
  clear: () => void;
}

type Reports = Promise<AsyncIterator<AskProgress, Comparison, unknown>>;

/** The comparison on the screen: at most one runs at a time, and a new one ends the one before. */
export function useComparison(): ComparisonHandle {
  const { client } = useEngine();
  const [view, dispatch] = useReducer(comparisonReducer, emptyComparison);
  const inFlight = useRef<AbortController>(null);
  useEffect(() => () => inFlight.current?.abort(), []);

  async function run(start: (engine: EngineClient, options: { signal: AbortSignal }) => Reports): Promise<void> {
    inFlight.current?.abort();
    const { signal } = (inFlight.current = new AbortController());
    try {
      if (client === null) throw new Error("it is still starting");
      const comparison = await follow(start(client, { signal }), (progress) => {
        if (!signal.aborted) dispatch({ type: "progress", progress });
      });
      if (!signal.aborted) dispatch({ type: "finished", comparison });
    } catch (error) {
      if (!signal.aborted) dispatch({ type: "failed", failure: failureOf(error) });
    }
  }

  function leave(): void {
    inFlight.current?.abort();
    inFlight.current = null;
  }

  async function open(comparison: Comparison): Promise<void> {
    leave();
    dispatch({ type: "opened", comparison, earlier: [] });
    if (client === null || comparison.turn === 0) return;
    const thread = await client.comparison.list({ threadId: comparison.threadId, limit: 500 });
    const earlier = thread.filter(({ turn, replayOf }) => turn < comparison.turn && replayOf === null);
    dispatch({ type: "opened", comparison, earlier: earlier.sort((a, b) => a.turn - b.turn) });
  }

  async function stop(): Promise<void> {
    const { comparisonId, order } = view;
    leave();
    dispatch({ type: "stopped" });
    if (client === null || comparisonId === null) return;
    const stored = await settledComparison(client, comparisonId, order.length);
    if (stored !== null && inFlight.current === null) dispatch({ type: "finished", comparison: stored });
  }

  return {
    view,
    ask(question) {
      dispatch({
        type: "asked",
        question: question.question,
        arms: question.arms,
        isFollowUp: question.threadId !== undefined,
      });
      void run((engine, options) => engine.comparison.ask(question, options));
    },
    replay(original) {
      dispatch({ type: "replayed", original });
      void run((engine, options) => engine.comparison.replay({ comparisonId: original.id }, options));
    },
    open: (comparison) => void open(comparison),
    stop: () => void stop(),
    clear() {
      leave();
      dispatch({ type: "cleared" });
    },
  };
}

/** A stopped question is stored as far as it came, a moment after the stop; null when that takes too long. */
async function settledComparison(
  client: EngineClient,
  comparisonId: string,
  armCount: number,
): Promise<Comparison | null> {
  for (const pause of [200, 400, 800, 1600]) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const stored = await client.comparison.get({ comparisonId }).catch(() => null);
    if (stored !== null && stored.arms.length === armCount) return stored;
  }
  return null;
}

import { useEffect, useReducer, useRef, useState } from "react";
import type { EngineClient, Failure, ModelInfo } from "../../../core/contract/index.ts";
import type { TrainingProgress, TrainingRun, TrainingSettings } from "../../../core/contract/training.ts";
import { useEngine } from "../../engine/engine-context.tsx";
import { failureOf } from "../../engine/failure-of.ts";
import { follow } from "../../../core/contract/follow.ts";
import { type Live, useLive } from "../../engine/use-live.ts";
import { noRun, runReducer, type RunView } from "./training-state.ts";

export interface RunRequest {
  path: string;
  skipMalformed: boolean;
  baseId: string;
  name: string;
  settings: TrainingSettings;
}

export interface TrainingHandle {
  view: RunView;
  runs: Live<TrainingRun[]>;
  /** What pausing or removing a run failed with; null when the last of them did not. */
  refusal: Failure | null;
  start: (request: RunRequest) => void;
  resume: (run: TrainingRun) => void;
  pause: (runId: string) => void;
  /** Stops a run and deletes its checkpoints; an adapter it finished stays. */
  remove: (runId: string) => void;
  /** Shows a run of the list. */
  open: (run: TrainingRun) => void;
  close: () => void;
}

type Reports = Promise<AsyncIterator<TrainingProgress, { run: TrainingRun; adapter: ModelInfo }, unknown>>;

/**
 * The run on the screen, followed for as long as the window is open, whichever view it shows.
 *
 * Runs live in the engine: one that goes on without this window is attached to as soon as the list names it.
 */
export function useTraining(): TrainingHandle {
  const { client } = useEngine();
  const [view, dispatch] = useReducer(runReducer, noRun);
  const [refusal, setRefusal] = useState<Failure | null>(null);
  const following = useRef<AbortController>(null);
  const runs = useLive("runs", ["training"], (engine, _key, options) => engine.training.list({}, options));
  /** Runs that ended before our eyes, until the list says so too: a list on its way may still call them running. */
  const ended = useRef(new Set<string>());
  const latest = useRef({ runId: view.runId, attach });
  useEffect(() => void (latest.current = { runId: view.runId, attach }));
  useEffect(() => () => following.current?.abort(), []);

  useEffect(() => {
    if (runs.value === null) return;
    dispatch({ type: "listed", runs: runs.value });
    latest.current.attach(runs.value);
  }, [runs.value]);

  function attach(listed: readonly TrainingRun[]): void {
    for (const { id, state } of listed) if (state !== "running") ended.current.delete(id);
    const running = listed.find(({ id, state }) => state === "running" && !ended.current.has(id));
    if (running === undefined || following.current !== null) return;
    dispatch({ type: "attached", run: running });
    void run((engine, options) => engine.training.resume({ runId: running.id }, options));
  }

  async function run(begin: (engine: EngineClient, options: { signal: AbortSignal }) => Reports): Promise<void> {
    following.current?.abort();
    const mine = (following.current = new AbortController());
    const { signal } = mine;
    setRefusal(null);
    try {
      if (client === null) throw new Error("it is still starting");
      const { run: done, adapter } = await follow(begin(client, { signal }), (progress) => {
        if (!signal.aborted) dispatch({ type: "progress", progress });
      });
      if (signal.aborted) return;
      ended.current.add(done.id);
      dispatch({ type: "finished", run: done, adapter });
    } catch (error) {
      if (signal.aborted) return;
      const failure = failureOf(error);
      if (!isLostConnection(failure) && latest.current.runId !== null) ended.current.add(latest.current.runId);
      dispatch({ type: "failed", failure });
    } finally {
      if (following.current === mine) following.current = null;
    }
  }

  function leave(): void {
    following.current?.abort();
    following.current = null;
    dispatch({ type: "closed" });
  }

  async function order(command: (engine: EngineClient) => Promise<unknown>): Promise<void> {
    setRefusal(null);
    try {
      if (client === null) throw new Error("it is still starting");
      await command(client);
    } catch (error) {
      setRefusal(failureOf(error));
    }
  }

  return {
    view,
    runs,
    refusal,
    start(request) {
      dispatch({ type: "started", name: request.name, baseId: request.baseId });
      void run((engine, options) => engine.training.start(request, options));
    },
    resume(stored) {
      dispatch({ type: "resumed", run: stored });
      void run((engine, options) => engine.training.resume({ runId: stored.id }, options));
    },
    pause: (runId) => void order((engine) => engine.training.pause({ runId })),
    remove(runId) {
      ended.current.add(runId);
      if (runId === view.runId) leave();
      void order((engine) => engine.training.remove({ runId }));
    },
    open: (stored) => dispatch({ type: "opened", run: stored }),
    close: leave,
  };
}

/** The run goes on behind it, and is attached to again once the engine answers. */
const isLostConnection = (failure: Failure): boolean =>
  failure.code === "child_crashed" && failure.details.child === "engine";

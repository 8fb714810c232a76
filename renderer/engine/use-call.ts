import { useCallback, useEffect, useRef, useState } from "react";
import type { EngineClient, Failure } from "../../core/contract/index.ts";
import { useEngine } from "./engine-context.tsx";
import { failureOf } from "./failure-of.ts";
import { follow } from "../../core/contract/follow.ts";

/** Where a call stands. `progress` is null until the first report, and always for calls that answer at once. */
export type CallState<Output, Progress = never> =
  | { status: "idle" }
  | { status: "running"; progress: Progress | null }
  | { status: "done"; value: Output }
  | { status: "failed"; failure: Failure };

/** What a panel holds of a call it may start. */
export interface Call<Input, Output, Progress = never> {
  state: CallState<Output, Progress>;
  /** Starts it, and ends the one before; resolves to its result, or null when it failed, was stopped or overtaken. */
  run: (input: Input) => Promise<Output | null>;
  stop: () => void;
}

type CallOptions = { signal: AbortSignal };

/** Run one engine call from a panel. Starting again, or leaving the panel, cancels the call in flight. */
export function useCall<Input, Output>(
  call: (engine: EngineClient, input: Input, options: CallOptions) => Promise<Output>,
): Call<Input, Output> {
  return useRunning<Input, Output, never>((engine, input, options) => call(engine, input, options));
}

/** The same for a call that reports on its way. */
export function useProgressCall<Input, Progress, Output>(
  call: (engine: EngineClient, input: Input, options: CallOptions) => Promise<AsyncIterator<Progress, Output, unknown>>,
): Call<Input, Output, Progress> {
  return useRunning<Input, Output, Progress>((engine, input, options, report) =>
    follow(call(engine, input, options), report),
  );
}

function useRunning<Input, Output, Progress>(
  start: (
    engine: EngineClient,
    input: Input,
    options: CallOptions,
    report: (progress: Progress) => void,
  ) => Promise<Output>,
): Call<Input, Output, Progress> {
  const { client } = useEngine();
  const [state, setState] = useState<CallState<Output, Progress>>({ status: "idle" });
  const inFlight = useRef<AbortController>(null);
  const latest = useRef({ client, start });
  useEffect(() => void (latest.current = { client, start }));
  useEffect(() => () => inFlight.current?.abort(), []);

  const stop = useCallback(() => {
    inFlight.current?.abort();
    setState({ status: "idle" });
  }, []);

  const run = useCallback(async (input: Input): Promise<Output | null> => {
    inFlight.current?.abort();
    const { signal } = (inFlight.current = new AbortController());
    // A newer call owns the state once ours is aborted; late news from this one is dropped.
    const show = (next: CallState<Output, Progress>): void => void (signal.aborted || setState(next));

    show({ status: "running", progress: null });
    try {
      const engine = latest.current.client;
      if (engine === null) throw new Error("it is still starting");
      const value = await latest.current.start(engine, input, { signal }, (progress) =>
        show({ status: "running", progress }),
      );
      show({ status: "done", value });
      return signal.aborted ? null : value;
    } catch (error) {
      show({ status: "failed", failure: failureOf(error) });
      return null;
    }
  }, []);

  return { state, run, stop };
}

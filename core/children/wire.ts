import type { Failure } from "../contract/failures.ts";

/**
 * What travels between the engine and a child process, one structured-clone message each
 * (`serialization: "advanced"`, so that Float32Array and Buffer survive).
 */
export type ToChild =
  | { type: "call"; id: number; name: string; input: unknown }
  /** The caller no longer wants the answer; a reply is still owed. */
  | { type: "abort"; id: number };

export type FromChild =
  | { type: "ready" }
  | { type: "progress"; id: number; progress: unknown }
  | { type: "result"; id: number; value: unknown }
  | { type: "failure"; id: number; failure: Failure }
  /** Something only a programmer can cause; it becomes `internal` on the engine's side. */
  | { type: "error"; id: number; message: string; stack: string };

/** One function of a child process; `Progress` is what it reports on its way. */
export type Handler<Input, Output, Progress = never> = (
  input: Input,
  context: { signal: AbortSignal; report: (progress: Progress) => void },
) => Promise<Output> | Output;

// `any`: a record of handlers of differing types has no narrower common type than this.
export type Handlers = Record<string, Handler<any, any, any>>;

export type InputOf<H> = H extends Handler<infer Input, any, any> ? Input : never;
export type OutputOf<H> = H extends Handler<any, infer Output, any> ? Output : never;
export type ProgressOf<H> = H extends Handler<any, any, infer Progress> ? Progress : never;

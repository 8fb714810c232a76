import { eventIterator, oc } from "@orpc/contract";
import type { z } from "zod";
import { Failure } from "./failures.ts";

/** Every call fails in one way: a `Failure`, carried as the data of this single oRPC error. */
const base = oc.errors({ FAILURE: { status: 400, data: Failure } });

/** A call that answers once. */
export function call<Input extends z.ZodType, Output extends z.ZodType>(entry: {
  summary: string;
  input: Input;
  output: Output;
}) {
  return base.route({ summary: entry.summary }).input(entry.input).output(entry.output);
}

/** A call that reports on its way, ends with a value, and stops on its signal. */
export function progressOf<Input extends z.ZodType, Progress extends z.ZodType, Output extends z.ZodType>(entry: {
  summary: string;
  input: Input;
  progress: Progress;
  output: Output;
}) {
  return base.route({ summary: entry.summary }).input(entry.input).output(eventIterator(entry.progress, entry.output));
}

/**
 * Run a function that reports progress as the event stream the contract promises: every report in order, then
 * the result as the stream's return value.
 *
 * A caller that leaves early, by its signal or by dropping the stream, stops the run.
 */
export async function* streamed<Progress, Output>(
  callerSignal: AbortSignal | undefined,
  run: (context: { signal: AbortSignal; report: (progress: Progress) => void }) => Promise<Output>,
): AsyncGenerator<Progress, Output, void> {
  const controller = new AbortController();
  const signal = callerSignal === undefined ? controller.signal : AbortSignal.any([callerSignal, controller.signal]);
  const reports: Progress[] = [];
  let wake = (): void => {};
  let finished = false;
  const output = run({
    signal,
    report: (progress) => {
      reports.push(progress);
      wake();
    },
  }).finally(() => {
    finished = true;
    wake();
  });
  // It is awaited below; until then a failure must not count as unhandled.
  output.catch(() => {});
  try {
    for (;;) {
      while (reports.length > 0) yield reports.shift()!;
      if (finished) return await output;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    controller.abort();
  }
}

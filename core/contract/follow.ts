/** A call's stream as far as it is read here; `return` is left out, because oRPC types its result as any. */
interface Reports<Progress, Output> {
  next: () => Promise<IteratorResult<Progress, Output>>;
}

/** Read a call's stream to its end: each report to `onProgress`, the stream's return value back. */
export async function follow<Progress, Output>(
  started: Promise<Reports<Progress, Output>>,
  onProgress: (progress: Progress) => void,
): Promise<Output> {
  const stream = await started;
  for (;;) {
    const { done, value } = await stream.next();
    if (done === true) return value;
    onProgress(value);
  }
}

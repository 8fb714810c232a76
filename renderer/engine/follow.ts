/** A call's stream as far as it is read here; `return` is left out, because oRPC types its result as any. */
interface Reports<Progress, Output> {
  next: () => Promise<IteratorResult<Progress, Output>>;
}

/**
 * Take every report of a running call, then its result.
 *
 * @param reports     the call, as the client returns it
 * @param onProgress  called for each report, in order
 */
export async function follow<Progress, Output>(
  reports: Promise<Reports<Progress, Output>>,
  onProgress: (progress: Progress) => void,
): Promise<Output> {
  const iterator = await reports;
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) return next.value;
    onProgress(next.value);
  }
}

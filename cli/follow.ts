/** Read a call's stream to its end: each report to `onProgress`, the stream's return value back. */
export async function follow<Progress, Output>(
  started: Promise<AsyncIterator<Progress, Output, void>>,
  onProgress: (progress: Progress) => void,
): Promise<Output> {
  const stream = await started;
  for (;;) {
    const { done, value } = await stream.next();
    if (done === true) return value;
    onProgress(value);
  }
}

let controller: AbortController | null = null;

/** Aborts at the first Ctrl-C, so that a call ends in order; the second one ends the process at once. */
export function stopSignal(): AbortSignal {
  if (controller !== null) return controller.signal;
  const own = (controller = new AbortController());
  const stop = (): void => {
    if (own.signal.aborted) process.exit(130);
    own.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return own.signal;
}

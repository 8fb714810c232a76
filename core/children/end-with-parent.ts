import { isMainThread, Worker, workerData } from "node:worker_threads";

/** How long a process may outlive the engine that started it. */
const LOOK_EVERY_MS = 1000;

/**
 * End this process when its parent has died, even while its own thread is stuck.
 *
 * The IPC channel tells of the parent's end, but only a thread that still takes events hears it: a parser in an
 * endless loop does not. A second thread looks whether the parent is still the same.
 */
export function endWithParent(): void {
  // Named here: when the second thread has started, the parent may be gone already.
  new Worker(new URL(import.meta.url), { workerData: { parent: process.ppid } }).unref();
}

if (!isMainThread) {
  const { parent } = workerData as { parent: number };
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, LOOK_EVERY_MS);
}

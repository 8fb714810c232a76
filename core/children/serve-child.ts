import { isFourfoldError } from "../contract/failures.ts";
import type { FromChild, Handlers, ToChild } from "./wire.ts";

/**
 * Answer calls from the engine until it goes away: the whole main program of a child process.
 *
 * Calls run concurrently; a handler that must not overlap with itself queues on its own.
 */
export function serveChild(handlers: Handlers): void {
  if (process.send === undefined) throw new Error("This file is the main program of a child process; fork it.");
  const running = new Map<number, AbortController>();

  process.on("message", (message: ToChild) => {
    if (message.type === "abort") running.get(message.id)?.abort();
    else void answer(message);
  });
  // An engine that died must not leave native work behind.
  process.on("disconnect", () => process.exit(0));
  // Ctrl-C reaches the whole process group; the engine decides when its children end.
  process.on("SIGINT", () => {});

  async function answer({ id, name, input }: Extract<ToChild, { type: "call" }>): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const handler = handlers[name];
      if (handler === undefined) throw new Error(`This child has no call named ${name}.`);
      const value: unknown = await handler(input, {
        signal: controller.signal,
        report: (progress: unknown) => send({ type: "progress", id, progress }),
      });
      send({ type: "result", id, value });
    } catch (error) {
      if (isFourfoldError(error)) send({ type: "failure", id, failure: error.failure });
      else {
        const { message, stack } = error instanceof Error ? error : new Error(String(error));
        send({ type: "error", id, message, stack: stack ?? message });
      }
    } finally {
      running.delete(id);
    }
  }

  function send(message: FromChild): void {
    if (process.connected) process.send!(message);
  }
  send({ type: "ready" });
}

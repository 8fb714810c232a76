import { ORPCError } from "@orpc/client";
import { Failure } from "../../core/contract/index.ts";

/**
 * What a panel shows for anything a call threw: the engine's own failure where it sent one, else words for a lost
 * connection or an ended session.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof ORPCError) {
    const sent = Failure.safeParse(error.data);
    if (sent.success) return sent.data;
    if (isSessionEnd(error)) return sessionEnded;
  }
  if (error instanceof Error && error.name === "AbortError") return stopped;
  return connectionLost(error instanceof Error ? error.message : String(error));
}

/** True when the engine answered, but this page's cookie opens no door any more. */
export const isSessionEnd = (error: unknown): boolean =>
  error instanceof ORPCError && (error.status === 401 || error.status === 403);

const stopped: Failure = { code: "stopped", message: "Stopped.", action: "Start it again when you like.", details: {} };

const sessionEnded: Failure = {
  code: "internal",
  message: "This page's session with the engine has ended.",
  action: "Open the address that `npm start` printed last.",
  details: { logId: "session" },
};

const connectionLost = (reason: string): Failure => ({
  code: "child_crashed",
  message: `The engine did not answer (${reason}).`,
  action: "Wait until it is back, then try again; if it stays away, start Fourfold again.",
  details: { child: "engine", exit: reason, restarts: 0 },
});

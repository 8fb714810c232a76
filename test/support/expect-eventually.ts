import { expect } from "vitest";

/** Longer than any step takes on a busy machine; a promise that holds is seen as soon as it does. */
const PATIENCE_MS = 15_000;

/** `expect.poll` with patience for processes that have to start or end. */
// oxlint-disable-next-line vitest/require-awaited-expect-poll -- its callers await it
export const expectEventually = <T>(look: () => T) => expect.poll(look, { interval: 25, timeout: PATIENCE_MS });

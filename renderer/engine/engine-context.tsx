import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";
import type { Change, EngineClient } from "../../core/contract/index.ts";
import type { Connection } from "./connection.ts";
import { isSessionEnd } from "./failure-of.ts";

export type Topic = Change["topic"];

/** How the way to the engine is; `message` is said to the user. */
export type EngineHealth =
  | { status: "connecting" }
  | { status: "ready" }
  | { status: "restarting"; message: string }
  | { status: "failed"; message: string };

export interface Engine {
  /** Null until the first door is open. */
  client: EngineClient | null;
  health: EngineHealth;
  /** Grows with every new or regained connection: whatever was read before may be stale. */
  epoch: number;
  /** Calls back when something of these topics has changed; returns the way to stop. */
  onChange: (topics: readonly Topic[], listener: () => void) => () => void;
}

export const EngineContext = createContext<Engine | null>(null);

export function useEngine(): Engine {
  const engine = use(EngineContext);
  if (engine === null) throw new Error("useEngine needs an <EngineProvider> above it.");
  return engine;
}

/** Soon after a break the engine is often back; later ones are asked for less and less. */
const RETRY_MS = [250, 500, 1000, 2000, 3000];

/** Only the desktop restarts an engine by itself; in a browser it lives and dies with the server. */
const lost: EngineHealth =
  window.fourfold === undefined
    ? {
        status: "restarting",
        message: "The engine does not answer. If it was stopped, start Fourfold again and open the address it prints.",
      }
    : { status: "restarting", message: "The engine stopped and is being restarted." };

const sessionEnded: EngineHealth = {
  status: "failed",
  message: "Fourfold was started again since this page was opened. Open the address it printed last.",
};

interface EngineProviderProps {
  connection: Connection;
  /** What the engine wants said, such as a child that crashed and was restarted. */
  onNotice: (notice: string) => void;
  children: ReactNode;
}

/** Holds the connection, and the one subscription that tells every live query when to ask again. */
export function EngineProvider({ connection, onNotice, children }: EngineProviderProps) {
  const [client, setClient] = useState<EngineClient | null>(null);
  const [health, setHealth] = useState<EngineHealth>({ status: "connecting" });
  const [epoch, setEpoch] = useState(0);
  const [changes] = useState(() => new ChangeListeners());

  useEffect(() => connection.onClient((next) => setClient(() => next)), [connection]);

  useEffect(
    () =>
      window.fourfold?.onEngineState(({ state, message }) => {
        if (state !== "running") setHealth({ status: state, message });
      }),
    [],
  );

  useEffect(() => {
    if (client === null) return;
    const leaving = new AbortController();
    void watch(client, leaving.signal, {
      onReady() {
        setHealth({ status: "ready" });
        setEpoch((count) => count + 1);
      },
      onLost: (hasSession) =>
        // The desktop knows best when an engine has failed for good.
        setHealth((before) =>
          window.fourfold !== undefined && before.status === "failed" ? before : hasSession ? lost : sessionEnded,
        ),
      onChange(change) {
        if (change.notice !== null) onNotice(change.notice);
        changes.say(change.topic);
      },
    });
    return () => leaving.abort();
  }, [client, changes, onNotice]);

  const engine = useMemo<Engine>(
    () => ({ client, health, epoch, onChange: changes.add }),
    [client, health, epoch, changes],
  );
  return <EngineContext value={engine}>{children}</EngineContext>;
}

interface WatchEvents {
  onReady: () => void;
  /** @param hasSession  false when the engine answered, but does not know this page any more */
  onLost: (hasSession: boolean) => void;
  onChange: (change: Change) => void;
}

/** Listens for changes until the signal, and comes back after every break. */
async function watch(client: EngineClient, signal: AbortSignal, events: WatchEvents): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    let hasSession = true;
    try {
      const changes = await client.workspace.watch({}, { signal });
      attempt = 0;
      events.onReady();
      for await (const change of changes) events.onChange(change);
    } catch (error) {
      // Any other reason does not matter here: calls in flight show it, and we only come back.
      hasSession = !isSessionEnd(error);
    }
    if (signal.aborted) return;
    events.onLost(hasSession);
    const pause = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]!;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

class ChangeListeners {
  readonly #listeners = new Set<{ topics: readonly Topic[]; listener: () => void }>();

  /** One function for the life of the window: what listens with it need not listen anew when the connection changes. */
  readonly add = (topics: readonly Topic[], listener: () => void): (() => void) => {
    const entry = { topics, listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  };

  say(topic: Topic): void {
    for (const { topics, listener } of this.#listeners) if (topics.includes(topic)) listener();
  }
}

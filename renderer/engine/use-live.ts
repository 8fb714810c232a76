import { useEffect, useReducer, useRef, useState } from "react";
import type { EngineClient, Failure } from "../../core/contract/index.ts";
import { type Topic, useEngine } from "./engine-context.tsx";
import { failureOf } from "./failure-of.ts";

/** What was read last, kept while it is being read again, so that nothing flickers. */
export interface Live<Value> {
  /** Null until the first answer. */
  value: Value | null;
  /** Of the latest attempt; null when it succeeded. */
  failure: Failure | null;
  /** Reads it anew, after a failure. */
  retry: () => void;
}

/**
 * Read something from the engine, and again whenever one of its topics changes, the connection is regained, or `key` differs.
 *
 * @param key  what the query depends on besides the engine; null reads nothing
 */
export function useLive<Key extends string | number, Value>(
  key: Key | null,
  topics: readonly Topic[],
  query: (engine: EngineClient, key: Key, options: { signal: AbortSignal }) => Promise<Value>,
): Live<Value> {
  const { client, epoch, onChange } = useEngine();
  const [attempt, retry] = useReducer((count: number) => count + 1, 0);
  const [read, setRead] = useState<{ key: Key | null; live: Omit<Live<Value>, "retry"> }>({ key, live: nothing });
  const latestQuery = useRef(query);
  useEffect(() => void (latestQuery.current = query));
  const topicNames = topics.join(" ");

  useEffect(() => {
    if (client === null || key === null || epoch === 0) return;
    let inFlight = new AbortController();

    async function ask(engine: EngineClient, of: Key): Promise<void> {
      inFlight.abort();
      const { signal } = (inFlight = new AbortController());
      try {
        const value = await latestQuery.current(engine, of, { signal });
        if (!signal.aborted) setRead({ key: of, live: { value, failure: null } });
      } catch (error) {
        if (signal.aborted) return;
        const failure = failureOf(error);
        setRead((before) => ({ key: of, live: { value: before.key === of ? before.live.value : null, failure } }));
      }
    }

    void ask(client, key);
    const stopListening = onChange(topicNames.split(" ") as Topic[], () => void ask(client, key));
    return () => {
      stopListening();
      inFlight.abort();
    };
  }, [attempt, client, epoch, key, onChange, topicNames]);

  // What was read for another key is not an answer to this one.
  return { ...(read.key === key ? read.live : nothing), retry };
}

const nothing = { value: null, failure: null };

import { createORPCClient } from "@orpc/client";
import { RPCLink as HttpLink } from "@orpc/client/fetch";
import { RPCLink as PortLink } from "@orpc/client/message-port";
import type { EngineClient } from "../../core/contract/index.ts";

/** The way to the engine, whichever door it has. */
export interface Connection {
  /**
   * Calls back with a client as soon as there is one, with null when its door has closed for good (a call made on
   * it would never be answered), and with a new one after the desktop shell has restarted the engine.
   */
  onClient: (listener: (client: EngineClient | null) => void) => () => void;
}

/**
 * Connect to the engine: over the port the desktop shell hands to this page, else over HTTP to where it came from.
 *
 * Call it while the page's first script runs: the port is delivered once, and earlier than React draws.
 */
export function connectToEngine(): Connection {
  return window.fourfold === undefined ? overHttp() : overPorts();
}

function overHttp(): Connection {
  // The session cookie travels by itself; another origin never sees it.
  const link = new HttpLink({
    url: `${location.origin}/rpc`,
    fetch: (request, init) => fetch(request, { ...init, credentials: "same-origin" }),
  });
  const client: EngineClient = createORPCClient(link);
  return {
    onClient(listener) {
      listener(client);
      return () => undefined;
    },
  };
}

function overPorts(): Connection {
  let current: EngineClient | null = null;
  const listeners = new Set<(client: EngineClient | null) => void>();
  window.addEventListener("message", (event: MessageEvent<unknown>) => {
    const [port] = event.ports;
    if (event.source !== window || !isEnginePort(event.data) || port === undefined) return;
    const client = createORPCClient(new PortLink({ port })) as EngineClient;
    port.addEventListener("close", () => {
      if (current === client) announce(null);
    });
    port.start();
    announce(client);
  });
  function announce(client: EngineClient | null): void {
    current = client;
    for (const listener of listeners) listener(client);
  }
  return {
    onClient(listener) {
      listeners.add(listener);
      if (current !== null) listener(current);
      return () => void listeners.delete(listener);
    },
  };
}

const isEnginePort = (message: unknown): boolean =>
  typeof message === "object" && message !== null && "type" in message && message.type === "fourfold:engine-port";

import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/fetch";
import { type AnyRouter, createRouterClient } from "@orpc/server";
import type { EngineClient } from "../contract/index.ts";
import { failuresAsData, type LogDefect } from "./wire-failures.ts";

/** The contract in this very process: what the command line uses when it opens the workspace itself. */
export function localClient(router: AnyRouter, logDefect: LogDefect): EngineClient {
  return createRouterClient(router, {
    context: {},
    interceptors: [failuresAsData(logDefect)],
  }) as unknown as EngineClient;
}

/** The contract of an engine that another process runs. */
export function httpClient(door: { port: number; token: string }): EngineClient {
  return createORPCClient(
    new RPCLink({
      url: `http://127.0.0.1:${door.port}/rpc`,
      headers: { authorization: `Bearer ${door.token}` },
    }),
  );
}

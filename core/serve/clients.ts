import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/fetch";
import { type AnyRouter, createRouterClient } from "@orpc/server";
import type { EngineClient } from "../contract/index.ts";
import { asError, failuresAsData, type LogDefect, unknownCall } from "./wire-failures.ts";

/** The contract in this very process: what the command line uses when it opens the workspace itself. */
export function localClient(router: AnyRouter, logDefect: LogDefect): EngineClient {
  const client = createRouterClient(router, { context: {}, interceptors: [failuresAsData(logDefect)] });
  return failingOnUnknown(client, []) as EngineClient;
}

/** A call that does not exist fails as over the other doors, not as "undefined is no function". */
function failingOnUnknown(client: object, path: string[]): unknown {
  return new Proxy(client, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name);
      // "then" is asked for by `await` and is no call.
      if (typeof name !== "string" || name === "then" || typeof found === "function") return found;
      const here = [...path, name];
      if (typeof found === "object" && found !== null) return failingOnUnknown(found, here);
      return () => Promise.reject(asError(unknownCall(here)));
    },
  });
}

/** The contract of an engine that another process runs. */
export function httpClient(door: { port: number; token: string }): EngineClient {
  return createORPCClient(
    new RPCLink({
      url: `http://127.0.0.1:${door.port}/rpc`,
      headers: { authorization: `Bearer ${door.token}` },
      fetch: async (request, init, { signal }) => stoppable(await fetch(request, init), signal),
    }),
  );
}

/**
 * A response whose body ends with the signal.
 *
 * Node's fetch follows the signal of a request only through weak references: once the request has been collected, which
 * a long answer leaves time for, an abort is not heard and the engine goes on answering (found by a test, 3 runs of 4).
 */
function stoppable(response: Response, signal: AbortSignal | undefined): Response {
  if (response.body === null || signal === undefined) return response;
  return new Response(response.body.pipeThrough(new TransformStream(), { signal }), response);
}

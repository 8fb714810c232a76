import type { EngineClient } from "../../core/contract/index.ts";
import { Engine, type EngineOptions } from "../../core/engine.ts";
import { localClient } from "../../core/serve/clients.ts";

/** A real engine on a workspace, with the calls of its contract in this process. */
export interface OpenEngine extends AsyncDisposable {
  engine: Engine;
  client: EngineClient;
}

export async function openEngine(options: EngineOptions): Promise<OpenEngine> {
  const engine = await Engine.open(options);
  return {
    engine,
    client: localClient(engine.router, engine.logDefect),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

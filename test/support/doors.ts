import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/message-port";
import type { EngineClient } from "../../core/contract/index.ts";
import { httpClient } from "../../core/serve/clients.ts";
import { openHttpDoor } from "../../core/serve/http-door.ts";
import { openEngine } from "./open-engine.ts";
import { until } from "./until.ts";

/** An engine on a workspace of its own, reached through one of its doors. */
export interface OpenDoor extends AsyncDisposable {
  client: EngineClient;
}

/** The contract in the caller's own process. */
export async function localDoor(workspace: string): Promise<OpenDoor> {
  const opened = await openEngine({ workspace });
  await opened.engine.prepareSamples();
  return opened;
}

/** The contract over HTTP, let in as a program of the same user. */
export async function httpDoor(workspace: string): Promise<OpenDoor> {
  const { engine, ...opened } = await openEngine({ workspace });
  await engine.prepareSamples();
  const door = await openHttpDoor({
    router: engine.router,
    rendererFolder: workspace,
    filesFolder: join(workspace, "files"),
    port: 0,
    logDefect: engine.logDefect,
  });
  return {
    client: httpClient({ port: door.port, token: door.bearerToken }),
    async [Symbol.asyncDispose]() {
      await door.close();
      await opened[Symbol.asyncDispose]();
    },
  };
}

/** The contract over a message port, relayed unread to the engine's process as the desktop shell does. */
export async function portDoor(workspace: string): Promise<OpenDoor> {
  const engine = fork(new URL("../../core/main.ts", import.meta.url), ["--workspace", workspace], {
    execArgv: [],
    serialization: "json",
  });
  await new Promise<void>((resolve, reject) => {
    engine.once("exit", (code) => reject(new Error(`the engine ended with ${code}`)));
    engine.on("message", (message: { engine?: string }) => message.engine === "ready" && resolve());
  });
  const client = connect(engine, 1);
  // The process imports the samples as soon as it serves; the other doors start with them, too.
  await until("the samples are there", async () => (await client.workspace.settings({})).collectionId !== null);
  return {
    client,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => engine.once("exit", resolve));
      engine.disconnect();
      await ended;
    },
  };
}

function connect(engine: ChildProcess, door: number): EngineClient {
  const { port1, port2 } = new MessageChannel();
  port2.addEventListener("message", ({ data }) => engine.connected && engine.send({ door, data }));
  engine.on("message", (message: { door?: number; data?: unknown }) => {
    if (message.door === door) port2.postMessage(message.data);
  });
  // Neither end may keep the test's process alive.
  for (const port of [port1, port2] as unknown as { start: () => void; unref: () => void }[]) {
    port.start();
    port.unref();
  }
  return createORPCClient(new RPCLink({ port: port1 }));
}

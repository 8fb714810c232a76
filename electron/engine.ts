import { join } from "node:path";
import { app, type WebContents } from "electron";
import { channels } from "./desktop-api.ts";
import { EnginePorts } from "./engine-ports.ts";
import { EngineProcess } from "./engine-process.ts";
import type { Locations } from "./locations.ts";
import { findNodeBinary } from "./node-binary.ts";
import type { PageEvents } from "./window.ts";

/** Starts the engine, connects every page to it, and ends it before the app quits. */
export function setupEngine({ engineRoot, workspace }: Locations): PageEvents {
  const pages = new Set<WebContents>();
  const ports = new EnginePorts((message) => engine.send(message));
  const engine = new EngineProcess({
    node: findNodeBinary(engineRoot, app.isPackaged ? process.resourcesPath : undefined),
    program: join(engineRoot, "core", "main.ts"),
    arguments: workspace === null ? [] : ["--workspace", workspace],
    onMessage: (message) => ports.receive(message),
    onReady: () => pages.forEach((page) => ports.open(page)),
    onEnd: () => ports.closeAll(),
    onState: (state) => pages.forEach((page) => page.send(channels.engineState, state)),
    onLog: (text) => process.stderr.write(text),
  });
  engine.start();
  endBeforeQuit(engine);

  return {
    onLoad(page) {
      pages.add(page);
      page.send(channels.engineState, engine.state);
      if (engine.isReady) ports.open(page);
    },
    onGone(page) {
      pages.delete(page);
      ports.close(page);
    },
  };
}

/** Holds the quit until the engine has ended; a second quit on the way is held too and finds it done. */
function endBeforeQuit(engine: EngineProcess): void {
  let hasEnded = false;
  app.on("will-quit", (event) => {
    if (hasEnded) return;
    event.preventDefault();
    void engine[Symbol.asyncDispose]().finally(() => {
      hasEnded = true;
      app.quit();
    });
  });
}

import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { Engine } from "../../core/engine.ts";
import { openHttpDoor } from "../../core/serve/http-door.ts";
import { holdWorkspace, readHolder, workspaceHeld } from "../../core/store/hold-workspace.ts";
import { globalOptions } from "../open-engine.ts";
import { stopSignal } from "../stop-signal.ts";
import { parseInteger } from "./ask.ts";

export const rendererFolder = resolve(fileURLToPath(new URL("../../renderer/dist", import.meta.url)));

export function addServe(program: Command): void {
  program
    .command("serve")
    .description("serve the workbench to a browser on this machine, until Ctrl-C")
    .option("--port <n>", "port on 127.0.0.1; 0 takes a free one", parseInteger, 0)
    .option("--open", "open the address in the default browser")
    .option("--no-open", "only print the address")
    .action(async ({ port, open }: { port: number; open?: boolean }, command: Command) => {
      const { workspace } = globalOptions(command);
      const stop = stopSignal();
      const hold = holdWorkspace(workspace, "serve");
      if (hold === null) {
        const { door, pid } = readHolder(workspace);
        if (door === null) throw workspaceHeld(workspace);
        process.stdout.write(
          `Fourfold already serves this workspace at http://127.0.0.1:${door.port}/ (process ${pid}).\n`,
        );
        return;
      }
      try {
        await using engine = await Engine.open({ workspace });
        const door = await openHttpDoor({
          router: engine.router,
          rendererFolder,
          filesFolder: join(workspace, "files"),
          port,
          logDefect: engine.logDefect,
        });
        hold.announce({ port: door.port, token: door.bearerToken });
        process.stdout.write(`Fourfold is ready at ${door.address}\n`);
        if (open === true) openBrowser(door.address);
        // The samples go in while the window already shows; they report their progress like any import.
        engine.prepareSamples().catch((error: unknown) => engine.logDefect(error));
        await new Promise<void>((done) => stop.addEventListener("abort", () => done(), { once: true }));
        await door.close();
      } finally {
        hold.release();
      }
    });
}

/** Hand the address to the desktop's own opener; where there is none the printed line serves. */
function openBrowser(address: string): void {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", address]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", address]
        : ["xdg-open", address];
  spawn(command!, args, { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}

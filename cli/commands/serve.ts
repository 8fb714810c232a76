import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError } from "commander";
import { Engine } from "../../core/engine.ts";
import { openHttpDoor } from "../../core/serve/http-door.ts";
import { holdWorkspace, readHolder, workspaceHeld } from "../../core/store/hold-workspace.ts";
import { globalOptions } from "../open-engine.ts";
import { stopSignal } from "../stop-signal.ts";
import { parseInteger } from "../numbers.ts";

export const rendererFolder = resolve(fileURLToPath(new URL("../../renderer/dist", import.meta.url)));

export function addServe(program: Command): void {
  program
    .command("serve")
    .description("serve the workbench to a browser on this machine, until Ctrl-C")
    .option("--port <n>", "port on 127.0.0.1; 0 takes a free one", parsePort, 0)
    .option("--open", "open the address in the default browser")
    .option("--no-open", "only print the address")
    .action(async ({ port, open }: { port: number; open?: boolean }, command: Command) => {
      const { workspace, json } = globalOptions(command);
      const stop = stopSignal();
      const hold = holdWorkspace(workspace, "serve");
      if (hold === null) {
        const { door, pid } = readHolder(workspace);
        if (door === null) throw workspaceHeld(workspace);
        const address = await newAddress(door);
        if (json) process.stdout.write(`${JSON.stringify({ address, pid, started: false })}\n`);
        else process.stdout.write(`Fourfold already serves this workspace at ${address} (process ${pid}).\n`);
        if (open === true) openBrowser(address);
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
        const { address } = door;
        if (json) process.stdout.write(`${JSON.stringify({ address, pid: process.pid, started: true })}\n`);
        else process.stdout.write(`Fourfold is ready at ${address}\n`);
        if (!existsSync(join(rendererFolder, "index.html")))
          process.stderr.write(
            "The workbench's page is not built yet: run npm start once. Programs are served already.\n",
          );
        if (open === true) openBrowser(door.address);
        // The samples go in while the window already shows; they report their progress like any import.
        engine.startBackgroundWork();
        engine.prepareSamples().catch((error: unknown) => stop.aborted || engine.logDefect(error));
        await new Promise<void>((done) => stop.addEventListener("abort", () => done(), { once: true }));
        await door.close();
      } finally {
        hold.release();
      }
    });
}

function parsePort(word: string): number {
  const port = parseInteger(word);
  if (port < 0 || port > 65535) throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  return port;
}

/** A fresh one-time address of the workbench that runs already. */
async function newAddress({ port, token }: { port: number; token: string }): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/entrance`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await answer.json()) as { address: string }).address;
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

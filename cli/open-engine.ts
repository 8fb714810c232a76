import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Command } from "commander";
import { type EngineClient, FourfoldError } from "../core/contract/index.ts";
import { Engine } from "../core/engine.ts";
import { httpClient, localClient } from "../core/serve/clients.ts";
import { holdWorkspace, readHolder, type WorkspaceHold, workspaceHeld } from "../core/store/hold-workspace.ts";
import { stopSignal } from "./stop-signal.ts";

export interface GlobalOptions {
  workspace: string;
  json: boolean;
}

/** `--workspace` and `--json`, wherever they stood on the line. */
export function globalOptions(command: Command): GlobalOptions {
  const { workspace, json } = command.optsWithGlobals<{ workspace: string; json?: boolean }>();
  const own = command.opts<{ workspace?: string; json?: boolean }>();
  return { workspace: resolve(own.workspace ?? workspace), json: own.json ?? json ?? false };
}

/** fetch says no more than "fetch failed" or "terminated", as a TypeError, when the other process has gone. */
function connectionLost({ message, cause }: TypeError): FourfoldError {
  const exit = cause instanceof Error ? cause.message : message;
  return new FourfoldError({
    code: "child_crashed",
    message: `The Fourfold that serves this workspace ended before it had answered (${exit}).`,
    action: "Run the command again; it then opens the workspace itself.",
    details: { child: "engine", exit, restarts: 0 },
  });
}

/** Another command is over in a moment as a rule, so a script may start two at once. */
const WAIT_FOR_COMMAND_MS = 10_000;

/** Hold the workspace, waiting a while for a command that cannot be spoken to; null when it stays held. */
async function holdOrWait(workspace: string, commandName: string, stop: AbortSignal): Promise<WorkspaceHold | null> {
  const started = performance.now();
  for (;;) {
    const hold = holdWorkspace(workspace, commandName);
    if (hold !== null) return hold;
    const { command, door } = readHolder(workspace);
    // A desktop window stays; there is nothing to wait for.
    const isLasting = door !== null || command === "desktop";
    if (isLasting || stop.aborted || performance.now() - started > WAIT_FOR_COMMAND_MS) return null;
    await setTimeout(100);
  }
}

/**
 * Run `use` with the contract's calls: on an engine of our own, or on the one that holds the workspace.
 *
 * @throws workspace_held  when another process holds it that cannot be spoken to
 */
export async function withEngine<Result>(
  { workspace }: GlobalOptions,
  commandName: string,
  use: (client: EngineClient, signal: AbortSignal, engine: Engine | null) => Promise<Result>,
): Promise<Result> {
  const stop = stopSignal();
  const hold = await holdOrWait(workspace, commandName, stop);
  if (hold === null) {
    const { door } = readHolder(workspace);
    if (door === null) throw workspaceHeld(workspace);
    return await use(httpClient(door), stop, null).catch((error: unknown) => {
      throw error instanceof TypeError ? connectionLost(error) : error;
    });
  }
  try {
    await using engine = await Engine.open({ workspace });
    return await use(localClient(engine.router, engine.logDefect), stop, engine);
  } finally {
    hold.release();
  }
}

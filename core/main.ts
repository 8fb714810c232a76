import { parseArgs } from "node:util";
import { Engine } from "./engine.ts";
import { isFourfoldError } from "./contract/failures.ts";
import { openPortDoor } from "./serve/port-door.ts";
import { defaultWorkspace } from "./workspace-folder.ts";
import { holdWorkspace, workspaceHeld } from "./store/hold-workspace.ts";

/**
 * The engine as a process of its own, spoken to over its IPC channel: how the desktop shell runs it.
 *
 * Besides the doors it says `{ engine: "ready" }` once, or `{ engine: "failed", failure }` and ends.
 */
const { values } = parseArgs({ options: { workspace: { type: "string" } } });
const workspace = values.workspace ?? defaultWorkspace();

process.on("disconnect", () => void close());
process.on("SIGTERM", () => void close());
// Ctrl-C goes to the whole process group; the shell decides when the engine ends.
process.on("SIGINT", () => {});

let engine: Engine | null = null;
let closing = false;

async function close(): Promise<void> {
  if (closing) return;
  closing = true;
  await engine?.[Symbol.asyncDispose]();
  process.exit(0);
}

try {
  const lock = holdWorkspace(workspace, "desktop");
  if (lock === null) throw workspaceHeld(workspace);
  const opened = (engine = await Engine.open({ workspace }));
  openPortDoor(opened.router, opened.logDefect);
  process.send?.({ engine: "ready" });
  // Whatever keeps the samples out, such as a full disk or the window's end, the engine serves without them.
  opened.startBackgroundWork();
  opened.prepareSamples().catch((error: unknown) => closing || opened.logDefect(error));
} catch (error) {
  if (!isFourfoldError(error)) throw error;
  const { failure } = error;
  process.stderr.write(`${failure.message}\n${failure.action}\n`);
  if (process.send === undefined) process.exit(1);
  process.send({ engine: "failed", failure }, () => process.exit(1));
}

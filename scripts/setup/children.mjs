// Child processes that never outlive the command that started them.
//
// A quiet child (npm, a compiler, a bundler) gets its own process group, so that stopping it stops what it started too.
// A foreground child shares ours and our terminal. Ctrl-C there reaches it directly, from the terminal: passing it on
// would deliver it twice, and a second Ctrl-C means "at once" to many programs. Without a terminal (kill, a service
// manager, a test) nobody else delivers it, so it is passed on.
import { execFile, spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";
import { holdFor, isAlive } from "./one-at-a-time.mjs";

/** How long a child may take to end well before it is told more firmly. */
const PATIENCE_MS = 8000;

const relayed = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Run a command and keep what it prints.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean }} [options]
 * @returns {Promise<{ code: number, output: string }>} code 127 when the command cannot be started at all
 */
export async function runQuietly(command, args, options = {}) {
  const inOwnGroup = process.platform !== "win32";
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"], detached: inOwnGroup });
  const chunks = [];
  child.stdout.on("data", (chunk) => chunks.push(chunk));
  child.stderr.on("data", (chunk) => chunks.push(chunk));

  holdFor(child.pid);
  const stop = (signal) => {
    // Not politely: npm answers SIGTERM by going on for many seconds. Each of these steps begins anew when run again.
    endTree(child, "SIGKILL");
    process.stderr.write("\nStopped. Run the same command again to go on; nothing needs cleaning up.\n");
    process.exit(exitCodeFor(signal));
  };
  for (const signal of relayed) process.on(signal, stop);
  const { code } = await ended(child);
  for (const signal of relayed) process.off(signal, stop);
  return { code, output: Buffer.concat(chunks).toString("utf8") };
}

/**
 * Run a command in the foreground, with our terminal, until it ends.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ code: number, stoppedBy: NodeJS.Signals | null }>} `stoppedBy`: the signal we were sent meanwhile
 */
export async function runInForeground(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: "inherit" });
  let stoppedBy = null;
  let firmly;

  const relay = (signal) => {
    if (!(signal === "SIGINT" && terminalDelivers()) && stoppedBy === null) child.kill(signal);
    // Repeats of the same key press (npm passes on what the terminal already delivered) change nothing.
    stoppedBy = stoppedBy ?? signal;
    firmly =
      firmly ??
      setTimeout(() => {
        child.kill("SIGTERM");
        firmly = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      }, PATIENCE_MS);
  };
  for (const signal of relayed) process.on(signal, relay);
  const stopWatching = whenAbandoned(() => relay("SIGTERM"));
  const { code } = await ended(child);
  stopWatching();
  clearTimeout(firmly);
  for (const signal of relayed) process.off(signal, relay);
  return { code, stoppedBy };
}

/** Exit code of a process that a signal ended, as shells count: 130 for SIGINT. */
export function exitCodeFor(signal) {
  return 128 + (constants.signals[signal] ?? 1);
}

/** Stop a child that has its own process group, and all it started. */
export function endTree(child, signal) {
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended already.
  }
}

/**
 * Call `stop` when the npm that runs us is gone. `kill` on npm ends the shell between npm and us, which tells us nothing:
 * we would serve on, with nobody to stop us. A process that was not started by npm may well outlive its starter.
 * @param {() => void} stop
 */
function whenAbandoned(stop) {
  if (!process.env.npm_lifecycle_event || process.platform === "win32") return () => {};
  const shell = process.ppid;
  // The shell's own parent is npm; where the shell made way for us, our parent is.
  let npm = shell;
  execFile("ps", ["-o", "ppid=", "-p", String(shell)], (error, parent) => {
    if (error === null && Number(parent) > 1) npm = Number(parent);
  });
  const timer = setInterval(() => {
    if (process.ppid !== shell || !isAlive(npm)) stop();
  }, 1000);
  return () => clearInterval(timer);
}

function terminalDelivers() {
  return process.platform === "win32" || [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
}

/** @param {import("node:child_process").ChildProcess} child */
function ended(child) {
  return new Promise((resolve) => {
    child.once("error", () => resolve({ code: 127 }));
    child.once("close", (code, signal) => resolve({ code: code ?? exitCodeFor(signal) }));
  });
}

import { type ChildProcess, spawn } from "node:child_process";
import type { EngineState } from "./desktop-api.ts";

/** What the engine and the main process say to each other; `data` is oRPC's and not looked at. */
export type DoorMessage = { door: number; data: unknown } | { door: number; closed: true };

/** What the engine says about itself: once when it serves, or why it cannot, before it ends. */
type EngineNews = { engine: "ready" } | { engine: "failed"; failure: { message: string; action: string } };

export interface EngineOptions {
  /** A real Node 24, or null when there is none. */
  node: string | null;
  program: string;
  arguments: string[];
  onMessage: (message: DoorMessage) => void;
  /** The engine takes calls, at first and after every restart. */
  onReady: () => void;
  /** The engine is gone, whatever happens next. */
  onEnd: () => void;
  onState: (state: EngineState) => void;
  /** What the engine and its native libraries print. */
  onLog: (text: string) => void;
}

/** A crash is seldom; five in a minute mean that the sixth start would not help either. */
const CRASHES_BEFORE_GIVING_UP = 5;
const CRASH_WINDOW_MS = 60_000;
/** Doubled at each crash in the window: 0.2, 0.4, 0.8, 1.6 s. */
const FIRST_RESTART_DELAY_MS = 200;
/** SQLite is safe at any kill; this is only for children of the engine to be ended in order. */
const QUIT_GRACE_MS = 3000;
const LAST_WORDS_LENGTH = 4000;
const LAST_WORDS_DELAY_MS = 50;

/**
 * Keeps one engine running: a plain Node process on core/main.ts, restarted when it dies.
 *
 * The engine ends by itself when its channel closes, so it cannot outlive a main process that was killed.
 */
export class EngineProcess implements AsyncDisposable {
  readonly #options: EngineOptions;
  #child: ChildProcess | null = null;
  #crashes: number[] = [];
  #restart: NodeJS.Timeout | undefined;
  #closing = false;
  #lastWords = "";
  #ready = false;
  #state: EngineState = { state: "running", message: "" };

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  get state(): EngineState {
    return this.#state;
  }

  get isReady(): boolean {
    return this.#ready;
  }

  start(): void {
    const { node, program } = this.#options;
    if (node === null) {
      return this.#tell(
        "failed",
        "Fourfold's engine needs Node 24. Run npm start once to fetch it, then open Fourfold again.",
      );
    }
    this.#lastWords = "";
    const child = spawn(node, [program, ...this.#options.arguments], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // Not "advanced": Electron's V8 writes version 16 of the clone format and Node 24 reads only up to 15.
      serialization: "json",
      env: engineEnvironment(),
      windowsHide: true,
    });
    this.#child = child;
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS_LENGTH);
        this.#options.onLog(text);
      });
    }
    child.on("message", (message) => this.#receive(message as DoorMessage | EngineNews));
    child.once("error", (error) => this.#ended(child, error.message));
    // The last words may arrive just after "exit"; "close" could wait for ever on a pipe that a grandchild holds.
    child.once("exit", (code, signal) => {
      setTimeout(() => this.#ended(child, signal ?? `exit code ${code}`), LAST_WORDS_DELAY_MS);
    });
  }

  /** Passes a message on; while the engine is down there is nobody to answer, so it is dropped. */
  send(message: DoorMessage): void {
    // The callback takes the EPIPE of an engine that is just dying; its end is reported by "exit".
    if (this.#child?.connected) this.#child.send(message, () => {});
  }

  /** Ends the engine: closes its channel, and kills it when it has not gone within three seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", () => resolve()); // It never started.
    });
    const kill = setTimeout(() => child.kill("SIGKILL"), QUIT_GRACE_MS);
    if (child.connected) child.disconnect();
    else child.kill();
    await ended;
    clearTimeout(kill);
  }

  #receive(message: DoorMessage | EngineNews): void {
    if ("door" in message) return this.#options.onMessage(message);
    if (message.engine === "ready") {
      this.#ready = true;
      this.#options.onReady();
      this.#tell("running", "");
    } else {
      // It said itself why it cannot work, such as a workspace that another one holds: starting again changes nothing.
      this.#closing = true;
      this.#tell("failed", `${message.failure.message} ${message.failure.action}`);
    }
  }

  #ended(child: ChildProcess, reason: string): void {
    if (this.#child !== child) return; // It may report both an "error" and its "exit".
    this.#child = null;
    this.#ready = false;
    this.#options.onEnd();
    if (this.#closing) return;
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((time) => now - time < CRASH_WINDOW_MS), now];
    const words = lastLine(this.#lastWords);
    const because = words === "" ? reason : `${reason}: ${words}`;
    if (this.#crashes.length >= CRASHES_BEFORE_GIVING_UP) {
      const message = `The engine stopped ${this.#crashes.length} times within a minute (${because}). Close Fourfold and open it again.`;
      return this.#tell("failed", message);
    }
    this.#tell("restarting", `The engine stopped unexpectedly (${because}) and is starting again.`);
    this.#restart = setTimeout(() => this.start(), FIRST_RESTART_DELAY_MS * 2 ** (this.#crashes.length - 1));
  }

  #tell(state: EngineState["state"], message: string): void {
    this.#state = { state, message };
    this.#options.onState(this.#state);
  }
}

/** Node flags meant for Electron are not the engine's, and must not be a way into it. */
function engineEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _nodeOptions, ...environment } = process.env;
  return environment;
}

/** The line in which a dying process says why, if it does: never a stack frame. */
function lastLine(words: string): string {
  const lines = words.split("\n").map((line) => line.trim());
  const said = lines.filter((line) => line !== "" && !line.startsWith("at ") && !line.startsWith("Node.js v"));
  const error = said.findLast((line) => /error|failed|cannot|held/i.test(line)) ?? said.at(-1) ?? "";
  return error.slice(0, 300);
}

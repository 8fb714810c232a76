import { type ChildProcess, fork } from "node:child_process";
import { FourfoldError } from "../contract/failures.ts";
import type { FromChild, Handlers, InputOf, OutputOf, ProgressOf, ToChild } from "./wire.ts";

export interface ChildOptions {
  /** As a user reads it: "the model host". */
  name: string;
  /** The program, a file that calls `serveChild`. */
  program: URL;
  /** V8 heap limit in MiB. */
  heapMegabytes?: number;
  env?: Record<string, string>;
  /** Every line the child writes; native libraries explain themselves only there. */
  onLog?: (line: string) => void;
  /** The child ended without being asked to. */
  onCrash?: (crash: { name: string; exit: string; lastWords: string; restarts: number }) => void;
}

export interface CallOptions<Progress> {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** After an abort the child has this long to obey; then it is killed and restarted. */
  stopWithinMs?: number;
  /** A call that takes longer is killed: `child_stuck`. On a starved machine a program's start alone can take a minute; it is not counted. */
  timeLimitMs?: number;
  /** The file this call works on; one that was open in two crashes is refused from then on. */
  suspect?: string;
}

export interface ChildStatus {
  name: string;
  /** Idle: not started yet, or it ended and starts again at the next call. */
  state: "idle" | "running";
  pid: number | null;
  /** Times it ended without being asked to. */
  restarts: number;
}

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  onProgress: ((progress: never) => void) | undefined;
  suspect: string | undefined;
  /** Set when the engine itself kills the child on behalf of this call. */
  killedFor: FourfoldError | null;
}

/** Native code that killed its process twice over one file would do it a third time. */
const CRASHES_BEFORE_QUARANTINE = 2;
/** A child leaves as soon as its thread is free; nobody who closes a window waits longer than this for it. */
const QUIT_GRACE_MS = 500;

/**
 * A child process that holds native code, restarted when it dies.
 *
 * It starts at its first call. When it crashes, every call in flight fails with `child_crashed`
 * and the next call starts a new process, so native aborts never reach the engine.
 */
export class SupervisedChild<H extends Handlers> implements AsyncDisposable {
  readonly #options: ChildOptions;
  #child: ChildProcess | null = null;
  #pending = new Map<number, Pending>();
  #nextId = 1;
  #crashesOver = new Map<string, number>();
  #lastWords = "";
  #closing = false;
  /** When a process had started its program, by `performance.now()`. */
  #readyAt = new WeakMap<ChildProcess, number>();
  /** Processes the engine itself ended: their exit is no crash. */
  #killed = new WeakSet<ChildProcess>();
  restarts = 0;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** True while a process is up; it also counts when it idles. */
  get isRunning(): boolean {
    return this.#child !== null;
  }

  /** For a user who wants to see what runs. */
  get status(): ChildStatus {
    return { name: this.name, state: this.isRunning ? "running" : "idle", pid: this.pid, restarts: this.restarts };
  }

  /**
   * @throws child_crashed     the process died under the call
   * @throws child_stuck       the call took longer than `timeLimitMs`
   * @throws stopped           the call was aborted and the child had to be killed for it
   * @throws file_quarantined  `suspect` was open in two crashes
   */
  async call<Name extends keyof H & string>(
    name: Name,
    input: InputOf<H[Name]>,
    options: CallOptions<ProgressOf<H[Name]>> = {},
  ): Promise<Awaited<OutputOf<H[Name]>>> {
    const { signal, suspect } = options;
    if (this.#closing) throw stoppedError();
    if (signal?.aborted) throw stoppedError();
    this.#refuseQuarantined(suspect);
    const child = (this.#child ??= this.#start());
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const pending: Pending = { resolve, reject, onProgress: options.onProgress, suspect, killedFor: null };
    this.#pending.set(id, pending);
    const timers: NodeJS.Timeout[] = [];

    const killFor = (error: FourfoldError): void => {
      if (!this.#pending.has(id)) return;
      pending.killedFor = error;
      this.#kill(child);
    };
    const abort = (): void => {
      this.#send(child, { type: "abort", id });
      timers.push(setTimeout(() => killFor(stoppedError()), options.stopWithinMs ?? 1000));
    };
    signal?.addEventListener("abort", abort, { once: true });
    const limit = options.timeLimitMs;
    if (limit !== undefined) {
      const called = performance.now();
      const look = (): void => {
        const begun = Math.max(called, this.#readyAt.get(child) ?? called);
        const left = limit - (performance.now() - begun);
        if (left > 0) timers.push(setTimeout(look, left));
        // An answer that came while the engine itself was busy lies in the channel, and is read first.
        else setImmediate(() => killFor(stuckError(this.name, limit / 1000)));
      };
      timers.push(setTimeout(look, limit));
    }
    this.#send(child, { type: "call", id, name, input });
    try {
      return (await promise) as Awaited<OutputOf<H[Name]>>;
    } finally {
      signal?.removeEventListener("abort", abort);
      for (const timer of timers) clearTimeout(timer);
    }
  }

  /** End the process now; calls in flight fail as stopped. The next call starts a new one. */
  async restart(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    for (const pending of this.#pending.values()) pending.killedFor ??= stoppedError();
    await new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      this.#kill(child);
    });
  }

  /** Let the process end in order, so that it takes its temporary files along; one that is too busy for it is killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    const child = this.#child;
    if (child === null) return;
    for (const pending of this.#pending.values()) pending.killedFor ??= stoppedError();
    this.#killed.add(child);
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const kill = setTimeout(() => this.#kill(child), QUIT_GRACE_MS);
    if (child.connected) child.disconnect();
    await ended;
    clearTimeout(kill);
  }

  #refuseQuarantined(suspect: string | undefined): void {
    const crashes = suspect === undefined ? 0 : (this.#crashesOver.get(suspect) ?? 0);
    if (suspect === undefined || crashes < CRASHES_BEFORE_QUARANTINE) return;
    throw new FourfoldError({
      code: "file_quarantined",
      message: `${suspect} crashed ${this.name} ${crashes} times, so it is no longer opened.`,
      action: "Replace the file with a sound copy, or restart Fourfold to try it once more.",
      details: { path: suspect, crashes },
    });
  }

  #start(): ChildProcess {
    const { program, heapMegabytes, env, onLog } = this.#options;
    this.#lastWords = "";
    const child = fork(program, {
      // Flags of the engine (a debugger, an eval) are not the child's: node-llama-cpp forks once more with
      // the same ones to test its binary and takes a failure there for a missing binary.
      execArgv: heapMegabytes === undefined ? [] : [`--max-old-space-size=${heapMegabytes}`],
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, ...env },
    });
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#lastWords = (this.#lastWords + text).slice(-4000);
        for (const line of text.split("\n")) if (line.trim() !== "") onLog?.(line);
      });
    }
    child.on("message", (message: FromChild) => {
      if (message.type === "ready") this.#readyAt.set(child, performance.now());
      else this.#receive(message);
    });
    // A failed spawn or a broken channel ends in "exit" or "close" as well; here it must only not be unhandled.
    child.on("error", (error) => onLog?.(`${this.name}: ${error.message}`));
    child.on("exit", (code, signal) => this.#ended(child, signal ?? `exit code ${code}`));
    return child;
  }

  #kill(child: ChildProcess): void {
    this.#killed.add(child);
    child.kill("SIGKILL");
  }

  #send(child: ChildProcess, message: ToChild): void {
    // The callback swallows EPIPE of a child that is just dying; its exit settles the call.
    if (child.connected) child.send(message, () => {});
  }

  #receive(message: Exclude<FromChild, { type: "ready" }>): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    if (message.type === "progress") {
      pending.onProgress?.(message.progress as never);
      return;
    }
    this.#pending.delete(message.id);
    if (message.type === "result") pending.resolve(message.value);
    else if (message.type === "failure") pending.reject(new FourfoldError(message.failure));
    else pending.reject(Object.assign(new Error(message.message), { stack: message.stack }));
  }

  #ended(child: ChildProcess, exit: string): void {
    if (this.#child === child) this.#child = null;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    if (!this.#killed.has(child)) {
      this.restarts += 1;
      for (const path of new Set(pending.map((call) => call.suspect))) {
        if (path !== undefined) this.#crashesOver.set(path, (this.#crashesOver.get(path) ?? 0) + 1);
      }
      this.#options.onCrash?.({ name: this.name, exit, lastWords: this.#lastWords, restarts: this.restarts });
    }
    for (const call of pending) call.reject(call.killedFor ?? this.#crashError(exit));
  }

  #crashError(exit: string): FourfoldError {
    const reason = lastReason(this.#lastWords);
    return new FourfoldError({
      code: "child_crashed",
      message: `${capitalize(this.name)} stopped unexpectedly (${exit})${reason === "" ? "" : `: ${reason}`}.`,
      action: "Try again; it restarts by itself. If it happens with one file only, that file is damaged.",
      details: { child: this.name, exit, restarts: this.restarts },
    });
  }
}

/** The line in which a dying native library says why: an assertion, or an uncaught exception. */
function lastReason(lastWords: string): string {
  const lines = lastWords
    .split("\n")
    .filter((line) => /assert|terminate called|what\(\)|out of memory|fatal error/i.test(line));
  return lines.at(-1)?.trim().slice(0, 300) ?? "";
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function stoppedError(): FourfoldError {
  return new FourfoldError({ code: "stopped", message: "Stopped.", action: "Ask again when you like.", details: {} });
}

function stuckError(child: string, seconds: number): FourfoldError {
  return new FourfoldError({
    code: "child_stuck",
    message: `${capitalize(child)} gave no answer within ${seconds} s and was restarted.`,
    action: "Try again when this machine has less to do; a smaller file or question takes less time.",
    details: { child, seconds },
  });
}

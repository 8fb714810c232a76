import { type ChildProcess, spawn } from "node:child_process";
import { chromiumArgs } from "../chromium.ts";

/** One Chromium over the DevTools protocol: one web socket, a session for each page. */

type Listener = (method: string, params: never) => void;

const flags = [
  ...chromiumArgs,
  // Containers have little shared memory.
  "--disable-dev-shm-usage",
  "--host-resolver-rules=MAP * ~NOTFOUND",
  // Electron documents that a port tells its end; Chromium by itself has that switched off.
  "--enable-blink-features=MessagePortCloseEvent",
  "--remote-debugging-port=0",
];

export class Devtools {
  readonly endpoint: string;
  readonly #chromium: ChildProcess;
  readonly #socket: WebSocket;
  readonly #replies = new Map<
    number,
    { resolve: (result: never) => void; reject: (error: Error) => void; method: string }
  >();
  readonly #listeners = new Map<string, Listener>();
  #nextId = 1;

  private constructor(endpoint: string, chromium: ChildProcess, socket: WebSocket) {
    this.endpoint = endpoint;
    this.#chromium = chromium;
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(String(data));
  }

  static async launch(executable: string, profile: string): Promise<Devtools> {
    const chromium = spawn(executable, [...flags, `--user-data-dir=${profile}`, "about:blank"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    process.on("exit", () => chromium.kill("SIGKILL"));
    const endpoint = await new Promise<string>((resolve, reject) => {
      let text = "";
      chromium.stderr.on("data", (part: Buffer) => {
        text += part.toString();
        const address = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
        if (address !== undefined) resolve(address);
      });
      chromium.once("error", reject);
      chromium.once("exit", () => reject(new Error(`Chromium ended before it listened: ${text}`)));
    });
    const socket = new WebSocket(endpoint);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error(`No connection to ${endpoint}.`));
    });
    return new Devtools(endpoint, chromium, socket);
  }

  get pid(): number {
    return this.#chromium.pid!;
  }

  /** `sessionId` names the page; without it the browser itself is meant. */
  send<Result = object>(method: string, params: object = {}, sessionId?: string): Promise<Result> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#replies.set(id, { resolve, reject, method });
      this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
  }

  /** Events of one session, or of the browser for "". */
  listen(sessionId: string, listener: Listener): void {
    this.#listeners.set(sessionId, listener);
  }

  /** Resolves when Chromium is gone: only then may its profile be deleted. */
  async close(): Promise<void> {
    if (this.#chromium.exitCode !== null || this.#chromium.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#chromium.once("exit", resolve));
    this.#chromium.kill();
    const kill = setTimeout(() => this.#chromium.kill("SIGKILL"), 3000);
    await ended;
    clearTimeout(kill);
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as {
      id?: number;
      error?: { message: string };
      result: never;
      method: string;
      params: never;
      sessionId?: string;
    };
    if (message.id === undefined) {
      this.#listeners.get(message.sessionId ?? "")?.(message.method, message.params);
      return;
    }
    const reply = this.#replies.get(message.id);
    this.#replies.delete(message.id);
    if (message.error) reply?.reject(new Error(`${reply.method}: ${message.error.message}`));
    else reply?.resolve(message.result);
  }
}

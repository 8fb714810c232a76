import { randomUUID } from "node:crypto";
import type { MessagePort } from "node:worker_threads";
import { toApp } from "./addresses.ts";
import { invoke } from "./ipc-main.ts";
import { takePort } from "./message-ports.ts";
import { plainText } from "./plain.ts";
import type { FromWorld, ToWorld } from "./preload-world.ts";
import { defaultSession } from "./session.ts";
import { StrictEmitter } from "./strict.ts";

const { encode, decode } = plainText();

/** Everything a test may want to know that Electron itself would not tell. */
export const observed = {
  windowOpenings: [] as { url: string; action: string }[],
  blockedRequests: [] as { url: string; reason: string }[],
};

type OpenHandler = Parameters<Electron.WebContents["setWindowOpenHandler"]>[0];

/** One page as the main process sees it. `deliver` reaches the preload's world and is set while there is one. */
export class StandInWebContents extends StrictEmitter {
  readonly session = defaultSession;
  readonly mainFrame: { readonly url: string; readonly parent: null };
  deliver: ((message: ToWorld) => void) | null = null;
  address = "";
  /** This object as the app holds it. */
  self: StandInWebContents = this;
  readonly #ports = new Map<string, MessagePort>();
  #openHandler: OpenHandler | null = null;
  #destroyed = false;

  constructor() {
    super(
      "webContents",
      ["did-finish-load", "dom-ready", "did-navigate", "will-navigate", "will-frame-navigate", "destroyed"],
      ["will-redirect", "will-attach-webview"],
    );
    const contents = this;
    this.mainFrame = {
      get url() {
        return toApp(contents.address);
      },
      parent: null,
    };
  }

  getURL(): string {
    return toApp(this.address);
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  send(channel: string, ...values: unknown[]): void {
    this.#mustLive();
    this.deliver?.({ kind: "event", channel, values: encode(values), ports: [] });
  }

  postMessage(channel: string, message: unknown, transfer: object[] = []): void {
    this.#mustLive();
    const ports = transfer.map((port) => this.#carry(takePort(port)));
    this.deliver?.({ kind: "event", channel, values: encode([message]), ports });
  }

  /** Asks the app about a new window; none is ever opened, so anything but "deny" is only reported. */
  askToOpen(url: string, name: string): void {
    const details = { url: toApp(url), frameName: name, disposition: "foreground-tab" } as Electron.HandlerDetails;
    const action = this.#openHandler?.(details).action ?? "allow";
    observed.windowOpenings.push({ url: details.url, action });
  }

  async receive(message: FromWorld): Promise<void> {
    if (message.kind === "port") this.#ports.get(message.id)?.postMessage(decode(message.value));
    else if (message.kind === "port-closed") this.#ports.get(message.id)?.close();
    else if (message.kind === "window-open") this.askToOpen(message.url, message.name);
    else {
      const event = { sender: this.self, senderFrame: this.mainFrame };
      const answer = await invoke(message.channel, event, decode(message.values) as unknown[]);
      if ("error" in answer) this.deliver?.({ kind: "reply", id: message.id, error: answer.error });
      else this.deliver?.({ kind: "reply", id: message.id, value: encode(answer.value) });
    }
  }

  /** The page has left, and with it its preload's world and the other ends of its ports. */
  leave(): void {
    this.deliver = null;
    for (const port of this.#ports.values()) port.close();
  }

  destroy(): void {
    this.leave();
    this.#destroyed = true;
    this.emit("destroyed");
  }

  #mustLive(): void {
    if (this.#destroyed) throw new TypeError("Object has been destroyed");
  }

  #carry(port: MessagePort): string {
    const id = randomUUID();
    this.#ports.set(id, port);
    port.on("message", (data: unknown) => this.deliver?.({ kind: "port", id, value: encode(data) }));
    port.on("close", () => {
      this.#ports.delete(id);
      this.deliver?.({ kind: "port-closed", id });
    });
    return id;
  }
}

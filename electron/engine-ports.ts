import { MessageChannelMain, type MessagePortMain, type WebContents } from "electron";
import { channels } from "./desktop-api.ts";
import type { DoorMessage } from "./engine-process.ts";

/**
 * The doors between windows and engine. One door is one load of one page: it gets a number that is never used again,
 * and a message channel whose one end travels to the page. The main process only forwards.
 *
 * A MessagePortMain cannot be handed to a process that is not Electron's own, hence the relay.
 */
export class EnginePorts {
  readonly #send: (message: DoorMessage) => void;
  readonly #doors = new Map<number, { port: MessagePortMain; contents: WebContents }>();
  #nextDoor = 1;

  constructor(send: (message: DoorMessage) => void) {
    this.#send = send;
  }

  /** Gives a freshly loaded page its port; the one it had before, if any, is closed on both sides. */
  open(contents: WebContents): void {
    this.close(contents);
    const door = this.#nextDoor++;
    const { port1, port2 } = new MessageChannelMain();
    this.#doors.set(door, { port: port1, contents });
    port1.on("message", (event) => this.#send({ door, data: forwardable(event.data) }));
    port1.on("close", () => this.#forget(door));
    port1.start();
    contents.postMessage(channels.enginePort, null, [port2]);
  }

  /** The window went away, or loads another page. */
  close(contents: WebContents): void {
    for (const [door, { port, contents: owner }] of this.#doors) {
      if (owner !== contents) continue;
      this.#forget(door);
      port.close();
    }
  }

  /** The engine is gone: pages learn it by their port closing, which fails their calls in flight. */
  closeAll(): void {
    const doors = [...this.#doors.values()];
    this.#doors.clear();
    for (const { port } of doors) port.close();
  }

  /** A message of the engine, for whichever page has that door; for a page that has left it is dropped. */
  receive(message: DoorMessage): void {
    const port = this.#doors.get(message.door)?.port;
    if (port === undefined) return;
    if ("closed" in message) port.close();
    else port.postMessage(message.data);
  }

  #forget(door: number): void {
    if (this.#doors.delete(door)) this.#send({ door, closed: true });
  }
}

/** oRPC sends strings unless a call carries a Blob, and no call of the contract does: JSON is all the channel takes. */
function forwardable(data: unknown): unknown {
  if (typeof data !== "string")
    throw new Error("A message to the engine must be a string; the contract carries no binary.");
  return data;
}

import type { AnyRouter } from "@orpc/server";
import { RPCHandler } from "@orpc/server/message-port";
import { doorOptions, type LogDefect } from "./wire-failures.ts";

/**
 * The contract over this process's own IPC channel: how the desktop shell reaches the engine.
 *
 * Each window load is a door with a number of its own. The shell relays a door's messages unread as
 * `{ door, data }` and says `{ door, closed: true }` when the window is gone, which stops its calls.
 */
export function openPortDoor(router: AnyRouter, logDefect: LogDefect): void {
  const handler = new RPCHandler(router, doorOptions(logDefect));
  const doors = new Map<number, IpcPort>();

  process.on("message", (message: { door?: number; data?: unknown; closed?: boolean }) => {
    if (message.door === undefined) return;
    if (message.closed === true) {
      doors.get(message.door)?.close();
      doors.delete(message.door);
      return;
    }
    let port = doors.get(message.door);
    if (port === undefined) {
      port = new IpcPort(message.door);
      doors.set(message.door, port);
      handler.upgrade(port, { context: {} });
    }
    port.receive(message.data);
  });
}

type Listener = (event: { data: any }) => void;

/** One door as the event target oRPC's message-port adapter expects. */
class IpcPort {
  readonly #door: number;
  readonly #listeners = { message: new Set<Listener>(), close: new Set<Listener>() };

  constructor(door: number) {
    this.#door = door;
  }

  addEventListener(type: "message" | "close", listener: Listener): void {
    this.#listeners[type].add(listener);
  }

  postMessage(data: unknown): void {
    if (process.connected) process.send!({ door: this.#door, data });
  }

  receive(data: unknown): void {
    for (const listener of this.#listeners.message) listener({ data });
  }

  close(): void {
    for (const listener of this.#listeners.close) listener({ data: null });
  }
}

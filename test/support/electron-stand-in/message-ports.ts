import { MessageChannel, type MessagePort } from "node:worker_threads";
import { notImplemented, strict, StrictEmitter } from "./strict.ts";

const inner = new WeakMap<object, MessagePort>();

class MessagePortMain extends StrictEmitter {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    super("MessagePortMain", ["message", "close"]);
    this.#port = port;
    port.on("close", () => this.emit("close"));
  }

  start(): void {
    this.#port.on("message", (data: unknown) => this.emit("message", { data, ports: [] }));
  }

  postMessage(message: unknown, transfer: unknown[] = []): void {
    if (transfer.length > 0) notImplemented("transfer over a MessagePortMain");
    this.#port.postMessage(message);
  }

  close(): void {
    this.#port.close();
  }
}

export class MessageChannelMain {
  readonly port1: MessagePortMain;
  readonly port2: MessagePortMain;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = mainPort(port1);
    this.port2 = mainPort(port2);
  }
}

function mainPort(port: MessagePort): MessagePortMain {
  const main = strict("MessagePortMain", new MessagePortMain(port));
  inner.set(main, port);
  return main;
}

/** The plain port behind a MessagePortMain that is given away; it cannot be given away twice. */
export function takePort(main: object): MessagePort {
  const port = inner.get(main);
  if (port === undefined) throw new TypeError("Port at index 0 is not a valid port");
  inner.delete(main);
  return port;
}

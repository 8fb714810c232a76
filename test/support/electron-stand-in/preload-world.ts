import type { openBridge } from "./context-bridge.ts";
import type { plainText } from "./plain.ts";

/** What the preload's world sends to the stand-in. */
export type FromWorld =
  | { kind: "invoke"; id: number; channel: string; values: string }
  | { kind: "port"; id: string; value: string }
  | { kind: "port-closed"; id: string }
  | { kind: "window-open"; url: string; name: string };

/** What the stand-in sends to the preload's world. */
export type ToWorld =
  | { kind: "event"; channel: string; values: string; ports: string[] }
  | { kind: "reply"; id: number; value?: string; error?: string }
  | { kind: "port"; id: string; value: string }
  | { kind: "port-closed"; id: string };

/** The name of the function `runPreload` leaves in its world for the stand-in to call. */
export const deliverName = "electronStandInDeliver";

/**
 * Runs a sandboxed preload in an isolated world of the browser, with Electron's renderer modules and nothing of Node.
 * Sent as text: nothing in here may refer to anything outside of the function.
 */
export function runPreload(
  world: {
    key: string;
    /** The DevTools binding; it exists in this world only. */
    binding: string;
    deliverName: string;
    platform: string;
    openBridge: typeof openBridge;
    plainText: typeof plainText;
  },
  preload: (require: (name: string) => unknown, module: object, exports: object, process: object) => void,
): void {
  type Listener = (event: object, ...values: unknown[]) => void;
  const { encode, decode } = world.plainText();
  const globals = globalThis as unknown as Record<string, (value: never) => void>;
  const post = (message: FromWorld): void => globals[world.binding]!(JSON.stringify(message) as never);
  const bridge = world.openBridge(world.key, "preload", ({ url, name }) => post({ kind: "window-open", url, name }));
  const replies = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const listeners = new Map<string, Listener[]>();
  const ports = new Map<string, MessagePort>();
  let nextId = 1;

  const strict = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get(object, key) {
        if (key in object || typeof key === "symbol" || key === "then") return Reflect.get(object, key) as unknown;
        throw new Error(`electron stand-in: ${name}.${key} is not implemented`);
      },
    });

  function openPort(id: string): MessagePort {
    const { port1, port2 } = new MessageChannel();
    ports.set(id, port1);
    port1.addEventListener("message", (event) => {
      if (event.ports.length > 0) throw new Error("electron stand-in: ports over ports is not implemented");
      post({ kind: "port", id, value: encode(event.data) });
    });
    port1.addEventListener("close", () => post({ kind: "port-closed", id }));
    port1.start();
    return port2;
  }

  function deliver(message: ToWorld): void {
    if (message.kind === "port") ports.get(message.id)?.postMessage(decode(message.value));
    else if (message.kind === "port-closed") {
      ports.get(message.id)?.close();
      ports.delete(message.id);
    } else if (message.kind === "reply") {
      const reply = replies.get(message.id);
      replies.delete(message.id);
      if (message.error === undefined) reply?.resolve(decode(message.value!));
      else reply?.reject(new Error(message.error));
    } else {
      const event = { sender: ipcRenderer, ports: message.ports.map(openPort) };
      const values = decode(message.values) as unknown[];
      for (const listener of listeners.get(message.channel) ?? []) listener(event, ...values);
    }
  }
  globals[world.deliverName] = deliver;

  const ipcRenderer = strict("ipcRenderer", {
    invoke: (channel: string, ...values: unknown[]) =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        replies.set(id, { resolve, reject });
        post({ kind: "invoke", id, channel, values: encode(values) });
      }),
    on(channel: string, listener: Listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
  });

  const webUtils = strict("webUtils", {
    getPathForFile(file: unknown): string {
      if (!(file instanceof File)) throw new TypeError("getPathForFile expects a File");
      // The one synchronous question: the stand-in finds the world paused here, looks `file` up, sets `path`, resumes.
      // oxlint-disable-next-line no-unassigned-vars -- assigned from outside
      let path: string | undefined;
      // oxlint-disable-next-line no-debugger -- this is the pause
      debugger;
      if (path === undefined) throw new Error("electron stand-in: nobody answered the pause of getPathForFile");
      return path;
    },
  });

  const electron = strict("electron", {
    ipcRenderer,
    webUtils,
    contextBridge: strict("contextBridge", { exposeInMainWorld: bridge.expose }),
  });
  const process = strict("process", {
    platform: world.platform,
    type: "renderer",
    sandboxed: true,
    contextIsolated: true,
  });
  const module = { exports: {} };
  const require = (name: string): unknown => {
    if (name === "electron") return electron;
    throw new Error(`module not found: ${name} (a sandboxed preload has only electron)`);
  };
  preload(require, module, module.exports, process);
}

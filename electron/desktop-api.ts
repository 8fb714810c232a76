/**
 * What crosses between the window and the main process, written once for preload, main and renderer.
 *
 * Nothing of the engine's contract is here: its calls travel over the message port, unseen by the main process.
 */

/** What a native picker may be asked for. */
export const pickKinds = ["documents", "folder", "model"] as const;
export type PickKind = (typeof pickKinds)[number];

/** How the engine is doing; `message` is one sentence for the user and empty while it runs. */
export interface EngineState {
  state: "running" | "restarting" | "failed";
  message: string;
}

/** `window.fourfold`, present only in the desktop window. */
export interface DesktopApi {
  /** `process.platform` of the machine. */
  platform: string;
  /** The absolute path of a dropped or picked file; "" for a file that exists only in memory. */
  pathForFile: (file: File) => string;
  /** Opens a native picker; absolute paths, none when cancelled. */
  pickFiles: (kind: PickKind) => Promise<string[]>;
  /** Calls back with the present state and at every change; returns the way to stop. */
  onEngineState: (listener: (state: EngineState) => void) => () => void;
}

/** Channels of Electron's IPC. */
export const channels = {
  pickFiles: "fourfold:pick-files",
  engineState: "fourfold:engine-state",
  enginePort: "fourfold:engine-port",
} as const;

/** The `type` of the window message that carries the engine's port; a new one follows every reload and engine restart. */
export const enginePortMessage = "fourfold:engine-port";

/** What the desktop window adds to the page; absent in a browser. Kept equal to electron/desktop-api.ts. */
interface DesktopWindow {
  /** `process.platform` of the machine. */
  platform: string;
  /** The absolute path of a dropped or picked file; "" for one that exists only in memory. */
  pathForFile: (file: File) => string;
  /** Opens a native picker; absolute paths, none when cancelled. */
  pickFiles: (kind: "documents" | "folder" | "model") => Promise<string[]>;
  /** Calls back with the present state and at every change; returns the way to stop. */
  onEngineState: (
    listener: (state: { state: "running" | "restarting" | "failed"; message: string }) => void,
  ) => () => void;
}

interface Window {
  readonly fourfold?: DesktopWindow;
}

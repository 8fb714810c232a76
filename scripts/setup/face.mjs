// Which face `npm start` shows: the desktop window, or the same app in the browser.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";

/**
 * @typedef {object} World what decides it, gathered beforehand so that the decision can be tested as a table
 * @property {string} platform
 * @property {Record<string, string | undefined>} env
 * @property {number | undefined} uid undefined on Windows
 * @property {boolean} userNamespaces whether this user may make user namespaces: Chromium's sandbox needs them on Linux
 * @property {string | null} electronBinary path of Electron's executable
 * @property {string} [electronMissing] why there is none, when one was tried for
 * @property {string} [asked] the option that asks for the browser, such as "--no-open"
 */

/**
 * @param {World} world
 * @returns {{ face: "electron", binary: string } | { face: "browser", reason: string }}
 */
export function chooseFace(world) {
  const reason = whyNoWindow(world);
  if (reason !== null) return { face: "browser", reason };
  if (world.electronBinary === null) {
    return { face: "browser", reason: world.electronMissing ?? "Electron's binary is not installed" };
  }
  return { face: "electron", binary: world.electronBinary };
}

/**
 * Why no desktop window could be shown even with Electron's binary present, or null when one could. Asked first, so
 * that nothing is downloaded where it could not be used.
 * @param {Omit<World, "electronBinary">} world
 */
export function whyNoWindow({ platform, env, uid, userNamespaces, asked }) {
  if (asked) return `${asked} asks for it`;
  if (env.SSH_CONNECTION && !env.DISPLAY) return "this is a remote session (SSH) without a display";
  if (platform !== "linux") return null;
  if (!hasDisplay({ platform, env })) return "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)";
  // Electron refuses to run as root with its sandbox, and with the sandbox off it is not started here at all.
  if (uid === 0) return "the desktop window is not opened as root, where its sandbox cannot work";
  if (!userNamespaces) return "this Linux does not allow user namespaces, which the window's sandbox needs";
  return null;
}

/**
 * Whether something can be shown on this machine's screen: a window, or a browser that is told to open an address.
 * @param {Pick<World, "platform" | "env">} world
 */
export function hasDisplay({ platform, env }) {
  return platform !== "linux" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** Whether Chromium's sandbox would work: by user namespaces, or by the setuid helper beside Electron's binary. */
export function sandboxWorks(electronBinary) {
  if (process.platform !== "linux") return true;
  if (electronBinary !== null && isSetuidRoot(join(dirname(electronBinary), "chrome-sandbox"))) return true;
  // Debian's old switch, and the kernel's own limit.
  if (readNumber("/proc/sys/kernel/unprivileged_userns_clone") === 0) return false;
  if (readNumber("/proc/sys/user/max_user_namespaces") === 0) return false;
  // Ubuntu's AppArmor lets the namespace be made but not used, so only trying tells.
  const trial = spawnSync("unshare", ["--user", "--map-root-user", "true"], { stdio: "ignore", timeout: 3000 });
  if (trial.error) return readNumber("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") !== 1;
  return trial.status === 0;
}

function isSetuidRoot(path) {
  if (!existsSync(path)) return false;
  const { uid, mode } = statSync(path);
  return uid === 0 && (mode & 0o4000) !== 0;
}

function readNumber(path) {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch {
    return null; // this kernel has no such switch
  }
}

// Electron's executable (about 110 MB) is not in its npm package: it is fetched from GitHub on first use. That is tried
// once, given up when nothing answers, and the outcome remembered, so that a machine without it starts fast.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { endTree, exitCodeFor } from "./children.mjs";
import { node24Flags } from "./node-24.mjs";
import { notesFolder, root } from "./places.mjs";
import { startProgress } from "./say.mjs";
import { readJson, writeJson } from "./stamp.mjs";

/** Without a byte for this long at the start there is no answer; a download that moves may take its time. */
const ANSWER_WITHIN_MS = 8000;
/** A download that has begun and then stands still. Unpacking, which shows no growth, takes less than this. */
const STALLED_AFTER_MS = 60_000;

const electronFolder = join(root, "node_modules", "electron");
const usualNote = join(notesFolder, "electron.json");

/** Path of Electron's executable if it is installed, else null. The same checks as electron/install.js makes. */
export function installedElectron(folder = electronFolder, env = process.env) {
  const version = readJson(join(folder, "package.json"))?.version;
  const name = readText(join(folder, "path.txt"));
  if (version === undefined || name === null) return null;
  if (readText(join(folder, "dist", "version"))?.replace(/^v/, "") !== version) return null;
  const binary = join(env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, "dist"), name);
  return existsSync(binary) ? binary : null;
}

/** Why an earlier try to fetch it failed, or null when none has. */
export function rememberedFailure(note = usualNote) {
  return readJson(note)?.reason ?? null;
}

/**
 * Fetch Electron's executable by its own installer, and remember when that fails.
 * @param {string} node24 its installer needs Node 22.12
 * @param {{ answerWithinMs?: number, env?: NodeJS.ProcessEnv, folder?: string, note?: string }} [options]
 * @returns {Promise<{ binary: string } | { binary: null, reason: string }>}
 */
export async function fetchElectron(node24, options = {}) {
  const { answerWithinMs = ANSWER_WITHIN_MS, env = process.env, folder = electronFolder, note = usualNote } = options;
  const downloads = join(folder, ".download");
  try {
    rmSync(downloads, { recursive: true, force: true });
    mkdirSync(downloads);
  } catch {
    // Installed by someone else, for everyone: not remembered, since they may still fetch it.
    return { binary: null, reason: "Electron is not installed, and this folder belongs to someone else" };
  }
  const progress = startProgress("Fetching the desktop shell (Electron, about 110 MB, once)");
  const problem = await runInstaller(node24, { folder, downloads, env, answerWithinMs, onBytes: showMegabytes });
  rmSync(downloads, { recursive: true, force: true });

  const binary = installedElectron(folder, env);
  if (binary !== null) {
    rmSync(note, { force: true });
    progress.end();
    return { binary };
  }
  const why = problem ?? "its archive did not unpack";
  const reason = `Electron could not be fetched (${why}); \`npm start -- --desktop\` tries again`;
  writeJson(note, { reason, triedAt: new Date().toISOString() });
  progress.end("Fetching the desktop shell: not possible here");
  return { binary, reason };

  function showMegabytes(bytes) {
    progress.note(`${Math.round(bytes / 1e6)} MB`);
  }
}

/**
 * Run electron/install.js and watch it. It says nothing while it downloads, so its temporary folder shows whether it
 * gets anywhere.
 * @returns {Promise<string | null>} what went wrong
 */
async function runInstaller(node24, { folder, downloads, env, answerWithinMs, onBytes }) {
  const child = spawn(node24, [...node24Flags, join(folder, "install.js")], {
    stdio: ["ignore", "ignore", "pipe"],
    detached: process.platform !== "win32",
    env: { ...env, TMPDIR: downloads, TEMP: downloads, TMP: downloads, ELECTRON_GET_NO_PROGRESS: "1" },
  });
  let words = "";
  child.stderr.on("data", (chunk) => (words += chunk));
  const exit = new Promise((resolve) => {
    child.once("error", () => resolve(1));
    child.once("close", resolve);
  });
  const stop = (signal) => {
    endTree(child, "SIGKILL");
    process.exit(exitCodeFor(signal));
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    let bytes = 0;
    let movedAt = Date.now();
    for (;;) {
      const code = await Promise.race([exit, sleep(200, "running")]);
      if (code !== "running") return code === 0 ? null : explain(words);
      const now = sizeOf(downloads);
      if (now > bytes) {
        bytes = now;
        movedAt = Date.now();
        onBytes(bytes);
      }
      if (Date.now() - movedAt > (bytes === 0 ? answerWithinMs : STALLED_AFTER_MS)) {
        endTree(child, "SIGKILL");
        return bytes === 0 ? "its download server did not answer" : "its download stood still";
      }
    }
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

function explain(words) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ECONNRESET|fetch failed/.test(words)) {
    return "its download server is out of reach";
  }
  const status = /Response code (\d+)/.exec(words)?.[1];
  if (status !== undefined) return `its download server answered ${status}`;
  if (/ENOSPC/.test(words)) return "the disk is full";
  return words.trim().split("\n")[0] || "its installer failed";
}

function sizeOf(folder) {
  let bytes = 0;
  try {
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      const entry = statSync(join(folder, name), { throwIfNoEntry: false });
      // A file that was just opened counts as an answer before its first byte is flushed.
      if (entry?.isFile()) bytes += Math.max(1, entry.size);
    }
  } catch {
    // The installer removes its folder when it is done.
  }
  return bytes;
}

function readText(path) {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
}

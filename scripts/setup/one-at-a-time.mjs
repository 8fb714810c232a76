// Two commands started together must not install into the same node_modules: the second waits for the first.
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { root, setupFolder } from "./places.mjs";
import { say } from "./say.mjs";

/** @type {string | null} The file we hold while inside `oneAtATime`: the numbers of our process and its children, a line each. */
let held = null;

/**
 * Run `work` while no other process is inside `oneAtATime`.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function oneAtATime(work, file = join(setupFolder, "running")) {
  mkdirSync(dirname(file), { recursive: true });
  for (let tries = 0; !claim(file); tries++) {
    if (tries === 2) {
      say(
        `Waiting for another set-up in this folder (process ${holdersOf(file).join(", ")}) to finish. ` +
          `If that is something else, delete ${relative(root, file)}.`,
      );
    }
    await sleep(300);
  }
  held = file;
  // A signal ends the process without running `finally`.
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

/**
 * Let a child hold our place as well: npm goes on when the process that started it is killed, and whoever comes next
 * must wait for it.
 * @param {number | undefined} pid
 */
export function holdFor(pid) {
  if (held !== null && pid !== undefined) appendFileSync(held, `${pid}\n`);
}

function release() {
  if (held !== null) rmSync(held, { force: true });
  held = null;
}

function claim(file) {
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  const holders = holdersOf(file);
  // Left by a process that was killed. An empty file is being written this moment.
  if (holders.length > 0 && !holders.some(isAlive)) rmSync(file, { force: true });
  return false;
}

function holdersOf(file) {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM"); // alive, and someone else's
  }
}

/** @param {unknown} error @param {string} code */
function hasCode(error, code) {
  return error instanceof Error && "code" in error && error.code === code;
}

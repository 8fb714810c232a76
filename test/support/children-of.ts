import { readFileSync } from "node:fs";

/** Numbers of the processes a process has started and not outlived; empty where there is no /proc to ask. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

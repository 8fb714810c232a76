import { readFileSync } from "node:fs";

/** Linux counts a process's time in hundredths of a second, whatever the processor. */
const MS_PER_TICK = 10;

/**
 * Processor time in ms that this process and the given others have used so far; null where the system does not tell.
 *
 * On a machine with other work wall time measures the neighbours as well; processor time mostly does not.
 */
export function processorMs(pids: (number | null)[]): number | null {
  const { user, system } = process.cpuUsage();
  let sum = (user + system) / 1000;
  for (const pid of pids) {
    if (pid === null) continue;
    const used = processorMsOf(pid);
    if (used === null) return null;
    sum += used;
  }
  return sum;
}

/** Processor time of one process in ms, all its threads together. */
export function processorMsOf(pid: number): number | null {
  try {
    // After the name, which may hold spaces: user and system time are fields 14 and 15 of the line.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  } catch {
    return null;
  }
}

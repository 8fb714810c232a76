import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";

const program = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command line that runs; `ended` has what it printed. */
export interface RunningCli {
  process: ChildProcess;
  /** The first line it prints. */
  firstLine: Promise<string>;
  ended: Promise<Ran>;
}

/** Start `fourfold` as a user would: a process of its own, its streams captured. */
export function startCli(words: string[], cwd = process.cwd(), env: Record<string, string> = {}): RunningCli {
  const started = spawn(process.execPath, [program, ...words], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const first = Promise.withResolvers<string>();
  const end = Promise.withResolvers<Ran>();
  let stdout = "";
  let stderr = "";
  started.stdout.setEncoding("utf8").on("data", (part: string) => {
    stdout += part;
    if (stdout.includes("\n")) first.resolve(stdout.slice(0, stdout.indexOf("\n")));
  });
  started.stderr.setEncoding("utf8").on("data", (part: string) => (stderr += part));
  started.on("close", (code) => {
    first.resolve("");
    end.resolve({ code, stdout, stderr });
  });
  onTestFinished(() => void started.kill("SIGKILL"));
  return { process: started, firstLine: first.promise, ended: end.promise };
}

export const runCli = (...given: Parameters<typeof startCli>): Promise<Ran> => startCli(...given).ended;

/** What a script reads: exactly one JSON object. */
export function onlyObject(stdout: string): any {
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  return JSON.parse(stdout);
}

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { getLlama, getModuleVersion, type Llama, LlamaLogLevel } from "node-llama-cpp";
import { FourfoldError } from "../contract/failures.ts";
import { reasonOf } from "./model-failures.ts";

/** The last lines llama.cpp logged; its errors say "Failed to load model" and the reason stands only here. */
const lastLines: { isError: boolean; line: string }[] = [];
const LINES_KEPT = 20;

let opening: Promise<Llama> | null = null;

/** The one llama.cpp of this process, opened at first use. */
export function openLlama(): Promise<Llama> {
  opening ??= getLlama({
    gpu: hasGpuRuntime() ? "auto" : false,
    build: "never",
    skipDownload: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.warn,
    logger: keepLine,
    // No limit here, because the library would share it out between contexts: every context is given its own calibrated number.
    maxThreads: 0,
  });
  return opening;
}

/** Both versions decide the tokens of an answer, so answers store them. */
export async function libraryVersion(): Promise<string> {
  const llama = await openLlama();
  return `node-llama-cpp ${await getModuleVersion()}, llama.cpp ${llama.llamaCppRelease.release}`;
}

/**
 * Whether a GPU build of llama.cpp is installed. Without one, the library's search for a GPU costs time and finds nothing.
 * On Apple Silicon the ordinary build brings Metal.
 */
export function hasGpuRuntime(): boolean {
  if (process.platform === "darwin") return process.arch === "arm64";
  const platform = process.platform === "win32" ? "win" : process.platform;
  const modules = dirname(dirname(dirname(createRequire(import.meta.url).resolve("node-llama-cpp"))));
  return ["cuda", "vulkan"].some((kind) =>
    existsSync(join(modules, "@node-llama-cpp", `${platform}-${process.arch}-${kind}`, "bins")),
  );
}

/** Run a native call and, when it fails, throw what `explain` makes of the library's own reason. */
export async function withReason<Value>(run: () => Promise<Value>, explain: (reason: string) => Error): Promise<Value> {
  lastLines.length = 0;
  try {
    return await run();
  } catch (error) {
    if (error instanceof FourfoldError) throw error;
    const said = lastLines.filter(({ line }) => !/failed to load model$/i.test(line));
    const errors = said.filter(({ isError }) => isError);
    const reasons = new Set(
      (errors.length > 0 ? errors : said).map(({ line }) => line.replace(/^(error [\w ]+: )+/, "")),
    );
    throw explain(reasons.size > 0 ? [...reasons].slice(0, 3).join("; ") : reasonOf(error));
  }
}

function keepLine(level: LlamaLogLevel, message: string): void {
  const line = message.trim().replace(/^\w+:\s+/, "");
  if (line === "") return;
  const isError = level === LlamaLogLevel.error || level === LlamaLogLevel.fatal;
  lastLines.push({ isError, line: line.replace(/\.$/, "") });
  if (lastLines.length > LINES_KEPT) lastLines.shift();
  // What the child writes is the log of the engine.
  process.stderr.write(`llama.cpp ${level}: ${line}\n`);
}

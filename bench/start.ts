import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { follow } from "../core/contract/follow.ts";
import { httpClient } from "../core/serve/clients.ts";
import { readHolder } from "../core/store/hold-workspace.ts";
import { type Claim, type Figure, figureOf } from "./claim.ts";
import { processorMsOf } from "./processor-time.ts";

const REPEATS = 5;
const program = fileURLToPath(new URL("../cli/main.ts", import.meta.url));

/** Milliseconds since the process was spawned. */
interface Start {
  reply: number;
  /** Processor time of the engine's own process until then; null where the system does not tell. */
  processor: number | null;
  models: number;
  collections: number;
  answer: number;
}

export const start: Claim = {
  name: "start",
  summary: "from nothing to the first reply and the first answer",
  measure: async ({ scratch, say }) => {
    const first: Start[] = [];
    const second: Start[] = [];
    // One start of each kind beforehand: programs and models are then in the system's file cache on both sides.
    for (let repeat = 0; repeat <= REPEATS; repeat++) {
      say(`start ${repeat} of ${REPEATS}`);
      const workspace = join(scratch, `workspace-${repeat}`);
      const starts = [await startOnce(workspace), await startOnce(workspace)] as const;
      if (repeat === 0) continue;
      first.push(starts[0]);
      second.push(starts[1]);
    }
    return [...figuresOf("new workspace", first), ...figuresOf("known workspace", second)];
  },
};

function figuresOf(workspace: string, starts: Start[]): Figure[] {
  const claim = "start";
  const times = (key: keyof Start): number[] => starts.flatMap((each) => each[key] ?? []);
  return [
    figureOf(times("reply"), {
      claim,
      name: `${workspace}: first reply over HTTP`,
      unit: "ms",
      goalAtMost: 1000,
      how: "spawn of `serve` → workspace.settings answered; files in the system's cache",
    }),
    figureOf(times("processor"), {
      claim,
      name: `${workspace}: the engine's processor time until then`,
      unit: "ms",
      how: "its own process, all threads, to 10 ms; what the start takes on an idle core at best",
    }),
    figureOf(times("models"), {
      claim,
      name: `${workspace}: models listed`,
      unit: "ms",
      how: "spawn → models.list answered; in a new workspace the model host has inspected the bundled models by then",
    }),
    figureOf(times("collections"), {
      claim,
      name: `${workspace}: collections listed`,
      unit: "ms",
      how: "spawn → collections.list answered, asked after the models; the index host is up by then",
    }),
    figureOf(times("answer"), {
      claim,
      name: `${workspace}: bundled model's first answer`,
      unit: "ms",
      goalAtMost: 3000,
      how:
        workspace === "new workspace"
          ? "spawn → base arm answered a sample question; the model is inspected, loaded and calibrated on the way, while the samples are imported"
          : "spawn → base arm answered a sample question; the model is loaded on the way",
    }),
  ];
}

async function startOnce(workspace: string): Promise<Start> {
  const started = performance.now();
  const since = (): number => performance.now() - started;
  const engine = spawn(
    process.execPath,
    [...process.execArgv, program, "serve", "--workspace", workspace, "--port", "0", "--no-open"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    await isServing(engine);
    const { door } = readHolder(workspace);
    if (door === null) throw new Error("The engine serves, but did not say where.");
    const client = httpClient(door);
    await client.workspace.settings({});
    const reply = since();
    const processor = processorMsOf(engine.pid!);
    await client.models.list({});
    const models = since();
    await client.collections.list({});
    const collections = since();
    const { arms } = await follow(
      client.comparison.ask({
        question: "How many days of leave do employees at Tarnholm Works get per year?",
        arms: ["base"],
        maxTokens: 32,
        reuse: false,
      }),
      () => {},
    );
    if (arms[0]?.failure !== null) throw new Error(`The first answer failed: ${arms[0]?.failure.message}`);
    return { reply, processor, models, collections, answer: since() };
  } finally {
    engine.kill("SIGTERM");
    if (engine.exitCode === null) await once(engine, "exit");
  }
}

/** Until the line with the address; an engine that ends instead has said why on its error output. */
async function isServing(engine: ChildProcess): Promise<void> {
  let said = "";
  for await (const text of engine.stdout!.setEncoding("utf8")) {
    said += String(text);
    if (said.includes("http://")) return;
  }
  throw new Error(`The engine ended before it served: ${said}`);
}

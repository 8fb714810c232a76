import type { Command } from "commander";
import { ARMS } from "../../core/contract/models.ts";
import { askReport } from "../../core/contract/reports.ts";
import { grid } from "../grid.ts";
import { globalOptions, withEngine } from "../open-engine.ts";
import { ProgressLine } from "../progress-line.ts";
import { askOnce, exitCodeOfComparison, showProgress } from "./ask.ts";

export function addDemo(program: Command): void {
  program
    .command("demo")
    .description("import the sample documents, ask a sample question, show four answers")
    .action(async (_options: unknown, command: Command) => {
      const options = globalOptions(command);
      const line = new ProgressLine();
      const comparison = await withEngine(options, "demo", async (client, signal, engine) => {
        line.show("importing the sample documents");
        await engine?.prepareSamples();
        const { collectionId, questions } = await client.workspace.samples({});
        const adapters = (await client.models.list({})).models.filter(
          ({ kind, bundled }) => kind === "adapter" && bundled,
        );
        return askOnce(
          client,
          questions[0]!.question,
          {
            arms: [...ARMS],
            adapter: adapters.slice(0, 1).map(({ id }) => ({ file: id, scale: 1 })),
            seed: 1,
            collection: collectionId === null ? [] : [collectionId],
          },
          signal,
          (progress) => showProgress(line, progress),
        );
      });
      line.clear();
      process.stdout.write(options.json ? `${JSON.stringify(askReport(comparison))}\n` : grid(comparison));
      process.exitCode = exitCodeOfComparison(comparison);
    });
}

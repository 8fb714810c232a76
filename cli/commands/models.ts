import type { Command } from "commander";
import { globalOptions, withEngine } from "../open-engine.ts";

export function addModels(program: Command): void {
  program
    .command("models")
    .description("list the bases and adapters of the workspace")
    .action(async (_options: unknown, command: Command) => {
      const options = globalOptions(command);
      const list = await withEngine(options, "models", (client) => client.models.list({}));
      if (options.json) {
        process.stdout.write(`${JSON.stringify(list)}\n`);
        return;
      }
      for (const { kind, name, id, quantization, sizeBytes, present, path } of list.models) {
        const size = `${(sizeBytes / 1e6).toFixed(1)} MB`;
        const state = present ? "" : "  (missing or replaced)";
        process.stdout.write(`${kind.padEnd(7)}  ${name}  ${quantization}  ${size}  ${id}${state}\n         ${path}\n`);
      }
    });
}

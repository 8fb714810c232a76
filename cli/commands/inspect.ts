import { resolve } from "node:path";
import type { Command } from "commander";
import { globalOptions, withEngine } from "../open-engine.ts";

export function addInspect(program: Command): void {
  program
    .command("inspect")
    .description("read a GGUF file's metadata and check it, without loading it")
    .argument("<file>")
    .action(async (file: string, _options: unknown, command: Command) => {
      const options = globalOptions(command);
      const inspected = await withEngine(options, "inspect", (client) =>
        client.models.inspect({ path: resolve(file) }),
      );
      if (options.json) {
        process.stdout.write(`${JSON.stringify(inspected)}\n`);
        return;
      }
      const { metadata, adapter, differences: _, ...facts } = inspected;
      const rows = Object.entries({ ...facts, ...adapter }).filter(([, value]) => value !== null);
      for (const [name, value] of rows)
        process.stdout.write(`${name.padEnd(20)} ${Array.isArray(value) ? value.join(", ") : value}\n`);
      process.stdout.write("\n");
      for (const [name, value] of Object.entries(metadata)) process.stdout.write(`${name.padEnd(44)} ${value}\n`);
    });
}

import type { Command } from "commander";
import { EXIT } from "../failures.ts";
import { globalOptions, withEngine } from "../open-engine.ts";

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("check everything Fourfold needs on this machine")
    .action(async (_options: unknown, command: Command) => {
      const options = globalOptions(command);
      const { checks } = await withEngine(options, "doctor", (client) => client.workspace.doctor({}));
      if (options.json) process.stdout.write(`${JSON.stringify({ checks })}\n`);
      else {
        for (const { name, ok, message, action } of checks) {
          process.stdout.write(`${ok ? "ok  " : "look"}  ${name}: ${message}\n`);
          if (action !== null) process.stdout.write(`      ${action}\n`);
        }
      }
      process.exitCode = checks.every(({ ok }) => ok) ? EXIT.done : EXIT.failure;
    });
}

import { resolve } from "node:path";
import type { Command } from "commander";
import { reportAdapter } from "../../core/training/peft/adapter-changes.ts";
import { importPeft } from "../../core/training/peft/import-peft.ts";
import { globalOptions } from "../open-engine.ts";
import { stopSignal } from "../stop-signal.ts";

/** Needs no engine and no workspace: files in, one file out. */
export function addConvert(program: Command): void {
  program
    .command("convert")
    .description("turn a PEFT LoRA adapter into a GGUF adapter for a base, or say why it cannot be one")
    .argument("<peft>", "folder with adapter_config.json and adapter_model.safetensors")
    .requiredOption("--model <file>", "the GGUF base it is for")
    .requiredOption("--out <file>", "where the GGUF adapter goes")
    .action(async (peft: string, { model, out }: { model: string; out: string }, command: Command) => {
      const options = globalOptions(command);
      const signal = stopSignal();
      const [basePath, outPath] = [resolve(model), resolve(out)];
      const imported = await importPeft({ path: resolve(peft), basePath, outPath, signal });
      const changes = await reportAdapter(outPath, basePath, signal);
      if (options.json) {
        process.stdout.write(`${JSON.stringify({ imported, changes })}\n`);
        return;
      }
      const { pairs, rank, alpha, targets, trainedOn, notes } = imported;
      process.stdout.write(`${outPath}\n`);
      process.stdout.write(
        `${pairs} ${pairs === 1 ? "weight" : "weights"} adapted (${targets.join(", ")}), rank ${rank}, alpha ${alpha}\n`,
      );
      if (trainedOn !== null) process.stdout.write(`trained on ${trainedOn}\n`);
      for (const note of notes) process.stdout.write(`${note}\n`);
      process.stdout.write(`\nlayer   ‖ΔW‖\n`);
      for (const { layer, deltaNorm } of changes.layers) {
        process.stdout.write(`${String(layer).padStart(5)}   ${deltaNorm.toPrecision(4)}\n`);
      }
      if (changes.unchanged.length > 0) process.stdout.write(`\nunchanged: ${changes.unchanged.join(", ")}\n`);
    });
}

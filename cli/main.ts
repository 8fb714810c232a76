import { Command, CommanderError } from "commander";
import { appVersion } from "../core/version.ts";
import { defaultWorkspace } from "../core/workspace-folder.ts";
import { addAsk } from "./commands/ask.ts";
import { addConvert } from "./commands/convert.ts";
import { addCorpus } from "./commands/corpus.ts";
import { addTag } from "./commands/tag.ts";
import { addDemo } from "./commands/demo.ts";
import { addDistill } from "./commands/distill.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEmbedders } from "./commands/embedders.ts";
import { addFolders } from "./commands/folders.ts";
import { addImport } from "./commands/import.ts";
import { addInspect } from "./commands/inspect.ts";
import { addModels } from "./commands/models.ts";
import { addSearch } from "./commands/search.ts";
import { addServe } from "./commands/serve.ts";
import { addTrain } from "./commands/train.ts";
import { badUsage, EXIT, exitCodeOf, showFailure } from "./failures.ts";

/** The same engine from a terminal. Exit codes: 0 done, 1 failure, 2 bad usage or input. */
const program = new Command("fourfold")
  .description("Answers every question four ways on this machine: base, adapter, retrieved passages, both.")
  .version(appVersion)
  .option("--workspace <dir>", "where documents, models and answers are kept", defaultWorkspace())
  .option("--json", "print one JSON object instead of text")
  .exitOverride()
  .showHelpAfterError("(fourfold --help lists the commands)");

const commands = [
  addImport,
  addFolders,
  addEmbedders,
  addAsk,
  addSearch,
  addCorpus,
  addTag,
  addModels,
  addInspect,
  addServe,
  addTrain,
  addDistill,
  addConvert,
  addDemo,
  addDoctor,
];
for (const add of commands) add(program);

// Options may stand before or after the command; commander keeps them where they were declared.
for (const command of program.commands) {
  command.option("--workspace <dir>", "where documents, models and answers are kept");
  command.option("--json", "print one JSON object instead of text");
  command.exitOverride();
}

// Whoever pipes into `head` stops reading: the command goes on to its end and closes what it opened.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  const asJson = process.argv.includes("--json");
  if (!(error instanceof CommanderError)) {
    showFailure(error, asJson);
    process.exitCode = exitCodeOf(error);
  } else if (error.exitCode !== 0) {
    if (asJson) process.stdout.write(`${JSON.stringify({ failure: badUsage(error.message) })}\n`);
    process.exitCode = EXIT.badUsage;
  }
}

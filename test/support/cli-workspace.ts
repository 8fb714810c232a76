import { join } from "node:path";
import { openEngine } from "./open-engine.ts";
import { writeModel } from "./random-model.ts";

export interface CliWorkspace {
  workspace: string;
  /** A base that takes long enough for its answer to be stopped, watched or attached to. */
  slow: string;
  /** The words of a command, on this workspace. */
  here: (...words: string[]) => string[];
  prepare: () => Promise<void>;
}

/** A workspace with the sample documents for a file of command-line tests; call `prepare` before them all. */
export function cliWorkspace(folder: string): CliWorkspace {
  const workspace = join(folder, "workspace");
  const slow = join(folder, "slow.gguf");
  return {
    workspace,
    slow,
    here: (...words) => [...words, "--workspace", workspace],
    async prepare() {
      const shape = {
        embeddingLength: 256,
        layers: 8,
        feedForwardLength: 512,
        heads: 4,
        keyValueHeads: 4,
        vocabularySize: 288,
      };
      writeModel(slow, { shape, weights: "q8_0", contextLength: 8192, name: "Slow" });
      await using opened = await openEngine({ workspace });
      await opened.engine.prepareSamples();
    },
  };
}

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { fileFolder } from "../../support/temporary-folder.ts";
import { MODULE, pair, plainConfig, writeBase, writePeft } from "./peft-files.ts";

const folder = fileFolder();

/** The command on a program of its own, as the command line adds it. */
const program = `
  import { Command } from "commander";
  import { addConvert } from ${JSON.stringify(resolve("cli/commands/convert.ts"))};
  const program = new Command("fourfold").option("--workspace <dir>", "", ".").option("--json");
  addConvert(program);
  await program.parseAsync().catch((error) => { console.error(error.failure?.message); process.exitCode = 2; });
`;
const convert = (...args: string[]) =>
  promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program, "--", "convert", ...args]);

test("the convert command writes the adapter and says what it changes", async () => {
  const basePath = await writeBase(join(folder, "base.gguf"), { weights: { "blk.0.attn_q.weight": [16, 16] } });
  const peft = writePeft(join(folder, "peft"), pair(MODULE));
  const out = join(folder, "adapter.gguf");

  const { stdout } = await convert(peft, "--model", basePath, "--out", out);

  expect(existsSync(out)).toBe(true);
  expect(stdout).toContain("1 weight adapted (attn_q), rank 4, alpha 8");
  expect(stdout).toContain("trained on tiny/base");
  expect(stdout).toMatch(/layer {3}‖ΔW‖\n {4}0 {3}\d/);

  const { stdout: json } = await convert(peft, "--model", basePath, "--out", out, "--json");
  expect(JSON.parse(json)).toMatchObject({ imported: { pairs: 1, rank: 4 }, changes: { matched: 1, unmatched: [] } });

  writePeft(peft, pair(MODULE), { ...plainConfig, use_dora: true });
  const refused = await convert(peft, "--model", basePath, "--out", join(folder, "never.gguf")).catch(
    (error: { stderr: string }) => error,
  );
  expect(refused.stderr).toContain("it is a DoRA adapter");
});

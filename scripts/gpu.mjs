// `npm run gpu -- vulkan | cuda | off`: install the GPU build of llama.cpp that fits the installed node-llama-cpp.
//
// Left out of set-up because of its size (Vulkan 71 MB, CUDA 540 MB). Tested here as far as a machine without a GPU
// allows: that npm resolves and installs it, and that node-llama-cpp finds it in its place. Not that it computes.
import { rmSync } from "node:fs";
import process from "node:process";
import "./setup/old-node.mjs";
import { runQuietly } from "./setup/children.mjs";
import {
  gpuFolder,
  gpuPackages,
  linkGpuRuntimes,
  prepareGpuFolder,
  sizesMB,
  unlinkGpuRuntimes,
} from "./setup/gpu-runtime.mjs";
import { ensureInstalled } from "./setup/install.mjs";
import { explainNpmFailure, npmCommand } from "./setup/npm.mjs";
import { Trouble, runMain, say, startProgress } from "./setup/say.mjs";

runMain(async () => {
  const choice = process.argv[2] ?? "";
  if (!["vulkan", "cuda", "off"].includes(choice)) {
    say("Usage: npm run gpu -- vulkan | cuda | off   (vulkan: 71 MB, any GPU with a driver; cuda: 540 MB, NVIDIA)");
    return 2;
  }
  await ensureInstalled();

  if (choice === "off") {
    unlinkGpuRuntimes();
    rmSync(gpuFolder, { recursive: true, force: true });
    say("GPU runtime removed; the CPU build is in use.");
    return;
  }

  const packages = gpuPackages(choice);
  if (packages === null) {
    throw new Trouble(
      process.platform === "darwin"
        ? "On a Mac there is nothing to install: the build for Metal is part of set-up."
        : `There is no ${choice} build of llama.cpp for ${process.platform} ${process.arch}; the CPU build is in use.`,
    );
  }
  prepareGpuFolder();
  const npm = npmCommand();
  const progress = startProgress(`Installing ${packages.join(" and ")} (about ${sizesMB[choice]} MB)`);
  const run = await runQuietly(
    npm.command,
    [
      ...npm.args,
      "install",
      "--prefix",
      ".",
      "--no-save",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      ...packages,
    ],
    { cwd: gpuFolder, shell: npm.shell },
  );
  progress.end();
  if (run.code !== 0)
    throw new Trouble(`The GPU runtime could not be installed. ${explainNpmFailure(run.code, run.output)}`);
  linkGpuRuntimes();
  say("Installed. `npm run -s fourfold -- doctor` shows which GPU is in use.");
});

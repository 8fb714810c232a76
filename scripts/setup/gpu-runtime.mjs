// GPU builds of llama.cpp. Set-up leaves them out (scripts/stand-ins holds their places); `npm run gpu` installs the
// real ones beside node_modules, in .setup/gpu, and links them in, so that they survive the next `npm ci`.
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { installedVersion } from "./node-24.mjs";
import { root, setupFolder } from "./places.mjs";
import { say } from "./say.mjs";
import { readJson } from "./stamp.mjs";

export const gpuFolder = join(setupFolder, "gpu");

/** What each choice needs on a platform; sizes as installed, measured at 3.22.1 on Linux. */
const runtimes = {
  "linux x64": { vulkan: ["linux-x64-vulkan"], cuda: ["linux-x64-cuda", "linux-x64-cuda-ext"] },
  "win32 x64": { vulkan: ["win-x64-vulkan"], cuda: ["win-x64-cuda", "win-x64-cuda-ext"] },
};
export const sizesMB = { vulkan: 71, cuda: 540 };

/**
 * The packages, with the one version that fits, behind `npm run gpu -- vulkan`; null where there are none.
 * @returns {string[] | null}
 */
export function gpuPackages(choice, platform = process.platform, arch = process.arch) {
  const names = runtimes[`${platform} ${arch}`]?.[choice];
  const version = installedVersion("node-llama-cpp");
  return names?.map((name) => `@node-llama-cpp/${name}@${version}`) ?? null;
}

/** npm needs a package.json of its own there, or it would install into the project around it. */
export function prepareGpuFolder() {
  mkdirSync(gpuFolder, { recursive: true });
  writeFileSync(join(gpuFolder, "package.json"), '{ "private": true }\n');
}

/** Point node_modules at the GPU runtimes that were installed, if any. */
export function linkGpuRuntimes(folder = gpuFolder, modules = join(root, "node_modules")) {
  const installed = join(folder, "node_modules", "@node-llama-cpp");
  if (!existsSync(installed)) return;
  const version = readJson(join(modules, "node-llama-cpp", "package.json"))?.version;
  for (const name of readdirSync(installed)) {
    const runtime = join(installed, name);
    if (readJson(join(runtime, "package.json"))?.version !== version) {
      say(
        `The GPU runtime ${name} is for another version of node-llama-cpp and stays unused: run \`npm run gpu\` again.`,
      );
      continue;
    }
    pointTo(runtime, join(modules, "@node-llama-cpp", name));
  }
}

/** Put the stand-ins back where the GPU runtimes were linked in. */
export function unlinkGpuRuntimes(folder = gpuFolder, modules = join(root, "node_modules")) {
  const installed = join(folder, "node_modules", "@node-llama-cpp");
  if (!existsSync(installed)) return;
  for (const name of readdirSync(installed)) {
    pointTo(join(root, "scripts", "stand-ins", name), join(modules, "@node-llama-cpp", name));
  }
}

function pointTo(target, link) {
  rmSync(link, { recursive: true, force: true });
  // A junction needs no rights on Windows; elsewhere the type is ignored.
  symlinkSync(target, link, "junction");
}

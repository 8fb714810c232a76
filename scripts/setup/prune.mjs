// Some packages carry, or bring along, native binaries for other machines than this one: 280 MB that are never loaded.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { root } from "./places.mjs";

/** Remove from node_modules the native binaries of other platforms. */
export function removeForeignBinaries(
  modules = join(root, "node_modules"),
  platform = process.platform,
  arch = process.arch,
) {
  for (const folder of foreignFolders(modules, platform, arch)) rmSync(folder, { recursive: true, force: true });
}

export function foreignFolders(modules, platform, arch) {
  // onnxruntime-node/bin/napi-v6/<platform>/<arch>
  const onnx = join(modules, "onnxruntime-node", "bin");
  const onnxFolders = children(onnx).flatMap((abi) => children(abi).flatMap((os) => children(os)));
  const foreignOnnx = onnxFolders.filter((folder) => !folder.endsWith(join("/", platform, arch)));

  // These name x64 among their processors too, for people who build for another machine from an x64 one.
  const forOthers =
    { "linux x64": ["linux-arm64", "linux-armv7l"], "win32 x64": ["win-arm64"] }[`${platform} ${arch}`] ?? [];
  const foreignLlama = forOthers
    .map((name) => join(modules, "@node-llama-cpp", name, "bins"))
    .filter((folder) => existsSync(folder));

  return [...foreignOnnx, ...foreignLlama];
}

function children(folder) {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

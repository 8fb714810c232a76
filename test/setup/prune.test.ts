import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { foreignFolders } from "../../scripts/setup/prune.mjs";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("native binaries of other machines", () => {
  const onnx = "onnxruntime-node/bin/napi-v6";
  const all = [
    `${onnx}/linux/x64`,
    `${onnx}/linux/arm64`,
    `${onnx}/darwin/arm64`,
    `${onnx}/win32/x64`,
    "@node-llama-cpp/linux-x64/bins",
    "@node-llama-cpp/linux-arm64/bins",
    "@node-llama-cpp/linux-armv7l/bins",
  ];

  test.each([
    ["linux", "x64", [1, 2, 3, 5, 6]],
    ["linux", "arm64", [0, 2, 3]],
    ["darwin", "arm64", [0, 1, 3]],
  ])("are those not for %s %s", (platform, arch, foreign) => {
    const modules = temporaryFolder();
    for (const folder of all) mkdirSync(join(modules, folder), { recursive: true });

    const found = foreignFolders(modules, platform, arch).map((folder) => relative(modules, folder));

    expect(found.sort()).toEqual(foreign.map((index) => all[index]).sort());
  });

  test("are none where nothing is installed", () => {
    expect(foreignFolders(temporaryFolder(), "linux", "x64")).toEqual([]);
  });
});

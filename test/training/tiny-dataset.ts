import { writeFileSync } from "node:fs";
import { join } from "node:path";

const words = [
  "river",
  "stone",
  "cloud",
  "apple",
  "horse",
  "table",
  "music",
  "bread",
  "light",
  "paper",
  "green",
  "seven",
];

/** Prompts of two words with answers that follow from them; as many as asked, up to 132. */
export function writeTinyDataset(folder: string, count: number): string {
  const pairs = words.flatMap((first) =>
    words.filter((second) => second !== first).map((second) => ({ first, second })),
  );
  const lines = pairs
    .slice(0, count)
    .map(({ first, second }) => JSON.stringify({ prompt: `${first} ${second}`, completion: `{"a": "${second}"}` }));
  const path = join(folder, "dataset.jsonl");
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

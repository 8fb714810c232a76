import { existsSync } from "node:fs";
import { partsMissing } from "./model-failures.ts";

const partName = /^(?<stem>.*)-(?<part>\d{5})-of-(?<parts>\d{5})\.gguf$/s;

/**
 * Every file of the model that `path` is or belongs to, in order: `model-00001-of-00003.gguf` and its siblings,
 * whichever of them was named, or `path` alone.
 *
 * @throws gguf_part_missing
 */
export function findParts(path: string): string[] {
  const { stem, part, parts } = partName.exec(path)?.groups ?? {};
  const count = Number(parts ?? 1);
  if (stem === undefined || count < 2 || Number(part) > count || Number(part) < 1) return [path];
  const files = Array.from(
    { length: count },
    (_, index) => `${stem}-${String(index + 1).padStart(5, "0")}-of-${parts}.gguf`,
  );
  const missing = files.filter((file) => !existsSync(file));
  // When the named file itself is missing too, "there is no such file" is the better answer.
  if (missing.length > 0 && !missing.includes(path)) throw partsMissing(path, missing);
  return files;
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";

/** Counts tokens as the embedder will; pure JavaScript, so the reader needs no onnxruntime. */
export interface TokenCounter {
  /** Tokens of a whole text as it is embedded, with the tokenizer's special tokens. */
  whole(text: string): number;
  /** Tokens of a part of a text, without special tokens. Sums of parts approximate the whole. */
  part(text: string): number;
}

/** Read `tokenizer.json` and `tokenizer_config.json` of an embedder's folder; throws what Node or the library throws. */
export function openTokenCounter(folder: string): TokenCounter {
  const read = (name: string): object => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const tokenizer = new Tokenizer(read("tokenizer.json"), read("tokenizer_config.json"));
  return {
    whole: (text) => tokenizer.encode(text).ids.length,
    part: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids.length,
  };
}

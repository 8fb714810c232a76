import { onTestFinished, describe, expect, test } from "vitest";
import { toConversation } from "../../core/training/dataset/conversation.ts";
import { type EncodedExample, Encoder } from "../../core/training/tokens/encode.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinyModel } from "./tiny-model.ts";

/** Marks of the tiny model's ChatML. */
const [START, END] = [1, 2];

describe("an example in the base's tokens", () => {
  test("is laid out by its chat template, and only the answer and its end carry loss", async () => {
    const encoder = await openEncoder();
    const [example] = encoder.encode(
      toConversation(1, [
        { role: "user", content: "hi" },
        { role: "assistant", content: "yo!" },
      ]),
    );

    expect(textOf(example!)).toBe("<S>user\nhi<E>\n<S>assistant\n[y][o][!][<E>]");
  });

  test("of several turns is one sequence in which every answer carries loss", async () => {
    const encoder = await openEncoder();
    const examples = encoder.encode(
      toConversation(1, [
        { role: "system", content: "s" },
        { role: "user", content: "a" },
        { role: "assistant", content: "b" },
        { role: "user", content: "c" },
        { role: "assistant", content: "d" },
      ]),
    );

    expect(examples.map(textOf)).toEqual([
      "<S>system\ns<E>\n<S>user\na<E>\n<S>assistant\n[b][<E>]\n<S>user\nc<E>\n<S>assistant\n[d][<E>]",
    ]);
  });

  test("does not let marks inside a message become tokens", async () => {
    const encoder = await openEncoder();
    const [example] = encoder.encode(
      toConversation(1, [
        { role: "user", content: "<|im_end|>" },
        { role: "assistant", content: "<|im_start|>" },
      ]),
    );

    expect(Array.from(example!.tokens).filter((token) => token === START)).toHaveLength(2);
    expect(Array.from(example!.tokens).filter((token) => token === END)).toHaveLength(2);
  });
});

async function openEncoder(): Promise<Encoder> {
  const encoder = await Encoder.open(await writeTinyModel(temporaryFolder()));
  onTestFinished(() => encoder[Symbol.asyncDispose]());
  return encoder;
}

/** Tokens that are predicted in brackets; bytes of ASCII as they are. */
function textOf({ tokens, answers }: EncodedExample): string {
  return Array.from(tokens, (token, at) => {
    const text = token === START ? "<S>" : token === END ? "<E>" : byteOf(token);
    return at > 0 && answers[at - 1] === 1 ? `[${text}]` : text;
  }).join("");
}

/** The tiny vocabulary: three marks, then 256 bytes, then merges of "er", "th" and "the". */
const byteOf = (token: number): string => ["er", "th", "the"][token - 259] ?? String.fromCharCode(token - 3);

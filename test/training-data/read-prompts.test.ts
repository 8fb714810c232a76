import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFourfoldError } from "../../core/contract/failures.ts";
import { readPrompts } from "../../core/training-data/read-prompts.ts";
import { fileFolder } from "../support/temporary-folder.ts";

const folder = fileFolder();

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const user = (content: string) => ({ role: "user", content });
const read = async (name: string, content: string) => {
  const { prompts, malformed } = await readPrompts(write(name, content));
  return { asked: prompts.map(({ line, messages }) => [line, ...messages]), malformed };
};

describe("prompts without answers", () => {
  test("stand one on each line of a text", async () => {
    expect(await read("prompts.txt", "Who are you?\r\n\n  \nWhat is LoRA?\nWho are you?\n")).toEqual({
      asked: [
        [1, user("Who are you?")],
        [4, user("What is LoRA?")],
      ],
      malformed: [],
    });
  });

  test.each([
    ["a text", "Hi"],
    ["prompt", { prompt: "Hi" }],
    ["question", { question: "Hi", id: 7 }],
    ["an empty answer", { prompt: "Hi", completion: "" }],
    ["instruction", { instruction: "Hi" }],
    ["messages", { messages: [user("Hi")] }],
    ["ShareGPT", { conversations: [{ from: "human", value: "Hi" }] }],
    ["a whole example", { prompt: "Hi", completion: "Hello" }],
    ["a whole chat", { messages: [user("Hi"), { role: "assistant", content: "Hello" }] }],
  ])("are read from %s", async (_, value) => {
    expect(await read("prompts.jsonl", JSON.stringify(value))).toEqual({ asked: [[1, user("Hi")]], malformed: [] });
  });

  test("keep system prompt, input and earlier turns", async () => {
    const turns = [user("Hi"), { role: "assistant", content: "Hello" }, user("And now?")];
    const lines = [
      { system: "Be kind", prompt: "Hi" },
      { instruction: "Translate", input: "Haus" },
      { messages: turns },
    ];

    expect((await read("prompts.json", JSON.stringify(lines))).asked).toEqual([
      [1, { role: "system", content: "Be kind" }, user("Hi")],
      [2, user("Translate\n\nHaus")],
      [3, ...turns],
    ]);
  });

  test.each([
    ["a named column", "id;question\n1;What is LoRA?\n2;Who are you?\n", [2, 3]],
    ["a single column without a name", "What is LoRA?\nWho are you?\n", [1, 2]],
    ["a whole dataset", "prompt,completion\nWhat is LoRA?,A method\nWho are you?,\n", [2, 3]],
  ])("are read from CSV with %s", async (_, content, [first, second]) => {
    expect((await read("prompts.csv", content)).asked).toEqual([
      [first, user("What is LoRA?")],
      [second, user("Who are you?")],
    ]);
  });

  test("that are malformed are listed with their lines", async () => {
    const { asked, malformed } = await read(
      "prompts.jsonl",
      '{"prompt": "Hi"}\n{"text": "?"}\nnot json\n{"prompt": " "}\n',
    );

    expect(asked).toEqual([[1, user("Hi")]]);
    expect(malformed).toMatchObject([
      { line: 2, problem: "it has neither messages nor a text under prompt, question, query, instruction or input" },
      { line: 3, problem: expect.stringContaining("it is not JSON") },
      { line: 4, problem: "a prompt is empty" },
    ]);
  });

  test("are missing from a file in words", async () => {
    await expect(readPrompts(write("none.txt", " \n"))).rejects.toMatchObject({
      failure: { code: "prompts_unusable", message: "none.txt holds no prompts (it is empty)." },
    });
  });

  test("never crash on any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("any.txt", "any.jsonl", "any.csv"),
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        async (name, bytes) => {
          const found = await readPrompts(write(name, bytes)).catch((error: unknown) => error);
          if (found instanceof Error) expect(isFourfoldError(found)).toBe(true);
          else expect((found as { prompts: unknown[] }).prompts.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 100 },
    );
  });
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FourfoldError, isFourfoldError } from "../../../core/contract/failures.ts";
import { readDataset } from "../../../core/training/dataset/read-dataset.ts";
import { fileFolder } from "../../support/temporary-folder.ts";

const folder = fileFolder();

function write(content: string | Uint8Array, name = "dataset.jsonl"): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const read = (content: string | Uint8Array, name?: string) => readDataset(write(content, name));
const jsonl = (...values: unknown[]) => values.map((value) => JSON.stringify(value)).join("\n");
const failureOf = (calling: Promise<unknown>) =>
  calling.then(
    (value) => {
      throw new Error(`It did not fail: ${JSON.stringify(value)}`);
    },
    ({ failure }: FourfoldError) => failure,
  );

const asked = [
  { role: "user", content: "Hi" },
  { role: "assistant", content: "Hello" },
];
const be = (content: string) => ({ role: "system", content });

describe("the shapes people have", () => {
  test.each([
    ["messages", { messages: asked }, asked],
    ["messages", { messages: [be("Be kind"), ...asked] }, [be("Be kind"), ...asked]],
    ["messages", { messages: [be(" "), ...asked] }, asked],
    [
      "messages",
      {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "H" },
              { type: "text", text: "i" },
            ],
          },
          asked[1],
        ],
      },
      asked,
    ],
    [
      "sharegpt",
      {
        conversations: [
          { from: "human", value: "Hi" },
          { from: "gpt", value: "Hello" },
        ],
      },
      asked,
    ],
    [
      "sharegpt",
      {
        system: "Be kind",
        conversations: [
          { from: "Human", value: "Hi" },
          { from: "GPT", value: "Hello" },
        ],
      },
      [be("Be kind"), ...asked],
    ],
    ["alpaca", { instruction: "Hi", input: "", output: "Hello" }, asked],
    [
      "alpaca",
      { instruction: "Add", input: "1, 2", output: "3" },
      [
        { role: "user", content: "Add\n\n1, 2" },
        { role: "assistant", content: "3" },
      ],
    ],
    [
      "alpaca",
      { instruction: "Hi", output: "Hello", history: [["a", "b"]] },
      [{ role: "user", content: "a" }, { role: "assistant", content: "b" }, ...asked],
    ],
    ["prompt-completion", { prompt: "Hi", completion: " Hello" }, asked],
    ["prompt-completion", { question: "Hi", answer: "Hello" }, asked],
    ["prompt-completion", { prompt: [asked[0]], completion: [asked[1]] }, asked],
  ])("%s: %j", async (shape, value, messages) => {
    const { format, shapes, examples, malformed } = await read(jsonl(value));

    expect({ format, shapes, malformed }).toEqual({ format: shape, shapes: { [shape]: 1 }, malformed: [] });
    expect(examples).toEqual([{ id: expect.stringMatching(/^[0-9a-f]{64}$/), line: 1, messages }]);
  });

  test("are recognised line by line, and a mixture is said", async () => {
    const dataset = await read(
      jsonl({ prompt: "a", completion: "b" }, { messages: asked }, { prompt: "c", completion: "d" }),
    );

    expect(dataset).toMatchObject({ format: "mixed", shapes: { "prompt-completion": 2, messages: 1 } });
  });

  test("one JSON array is read as well; numbers stand for lines", async () => {
    const dataset = await read(JSON.stringify([{ messages: asked }, 5, { messages: asked }], null, 2));

    expect(dataset.examples.map(({ line }) => line)).toEqual([1, 3]);
    expect(dataset.malformed).toEqual([{ line: 2, problem: "it is not a JSON object" }]);
  });

  test("the same messages have the same id, others another", async () => {
    const { examples } = await read(
      jsonl({ messages: asked }, { prompt: "Hi", completion: "Hello" }, { prompt: "Hi", completion: "Bye" }),
    );

    expect(new Set(examples.map(({ id }) => id)).size).toBe(2);
    expect(examples[0]!.id).toBe(examples[1]!.id);
  });
});

describe("malformed lines are listed with their line, and the rest is kept", () => {
  const [user, assistant] = asked;
  test.each([
    ["{", /^it is not JSON \(/],
    ["7", "it is not a JSON object"],
    ["{}", "it has neither messages, nor prompt and completion, nor instruction and output, but nothing"],
    [jsonl({ text: "x" }), "it has neither messages, nor prompt and completion, nor instruction and output, but text"],
    [jsonl({ messages: [] }), "it has no messages"],
    [jsonl({ messages: [user] }), "it does not end with an answer"],
    [jsonl({ messages: [assistant] }), "user and assistant do not alternate"],
    [jsonl({ messages: [user, user, assistant] }), "user and assistant do not alternate"],
    [jsonl({ messages: [user, be("late"), assistant] }), "a system message stands after the start"],
    [jsonl({ messages: [user, { role: "tool", content: "x" }] }), "turn 2 has the unknown role tool"],
    [jsonl({ messages: [user, { role: "constructor", content: "x" }] }), "turn 2 has the unknown role constructor"],
    [
      jsonl({ messages: [user, { role: "assistant", content: null, tool_calls: [] }] }),
      "turn 2 calls a tool, which cannot be trained",
    ],
    [jsonl({ messages: [{ role: "user", content: [{ type: "image_url" }] }, assistant] }), "turn 1 has no text"],
    [jsonl({ messages: [user, { content: "x" }] }), "turn 2 has no role"],
    [jsonl({ prompt: "a", completion: " " }), "an answer is empty"],
    [jsonl({ prompt: "", completion: "b" }), "a prompt is empty"],
    [jsonl({ prompt: "a", completion: 5 }), "prompt and completion must be texts"],
    [jsonl({ instruction: "a", output: "b", history: [["only"]] }), "its history is not a list of pairs of texts"],
  ])("%s", async (line, problem) => {
    const good = jsonl({ messages: asked });
    const { examples, malformed } = await read(`${good}\n\n${line}\n${good}\n`);

    expect(examples.map((example) => example.line)).toEqual([1, 4]);
    expect(malformed).toEqual([
      { line: 3, problem: typeof problem === "string" ? problem : expect.stringMatching(problem) },
    ]);
  });

  test("bytes that are not UTF-8 in one line spoil that line only", async () => {
    const good = Buffer.from(`${jsonl({ prompt: "Grüße", completion: "Tschüß" })}\n`);
    const bad = Buffer.from([...Buffer.from('{"prompt":"'), 0xff, ...Buffer.from('","completion":"b"}\n')]);
    const { examples, malformed, encoding } = await read(Buffer.concat([...Array<Buffer>(30).fill(good), bad, good]));

    expect({ encoding, examples: examples.length }).toEqual({ encoding: "utf-8", examples: 31 });
    expect(malformed).toEqual([{ line: 31, problem: "it holds characters that could not be decoded (\ufffd)" }]);
  });
});

describe("encodings", () => {
  const text = `${jsonl({ prompt: "Grüße – 你好 🙂", completion: "Tschüß" })}\r\n`;
  const utf16 = Buffer.from(text, "utf16le");
  const swapped = Buffer.from(utf16).swap16();
  test.each([
    ["UTF-8", Buffer.from(text), "utf-8"],
    ["UTF-8 with a mark", Buffer.from(`\ufeff${text}`), "utf-8"],
    ["UTF-16 with a mark", Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), "utf-16le"],
    ["UTF-16 without a mark", utf16, "utf-16le"],
    ["big-endian UTF-16", Buffer.concat([Buffer.from([0xfe, 0xff]), swapped]), "utf-16be"],
    ["UTF-8 longer than one piece", Buffer.from(`${text}${" ".repeat(262_100)}\n${text.repeat(3)}`), "utf-8"],
  ])("%s", async (_name, bytes, encoding) => {
    const dataset = await read(bytes);

    expect({ encoding: dataset.encoding, malformed: dataset.malformed }).toEqual({ encoding, malformed: [] });
    for (const { messages } of dataset.examples)
      expect(messages.map(({ content }) => content)).toEqual(["Grüße – 你好 🙂", "Tschüß"]);
  });
});

describe("CSV", () => {
  const contents = async (text: string, name = "d.csv") => {
    const { examples, malformed, format } = await read(text, name);
    expect(format).toBe("csv");
    return { rows: examples.map(({ line, messages }) => [line, ...messages.map(({ content }) => content)]), malformed };
  };

  test.each([
    ["named columns in any order and case", "Answer,id,Question\nb,1,a\n", [[2, "a", "b"]]],
    [
      "two columns without known names",
      "a,b\nc,d\n",
      [
        [1, "a", "b"],
        [2, "c", "d"],
      ],
    ],
    ["semicolons", "prompt;completion\na,1;b\n", [[2, "a,1", "b"]]],
    [
      "quotes, doubled quotes and line breaks in cells",
      'prompt,completion\r\n"a\r\n""b""",c\r\nd,e',
      [
        [2, 'a\n"b"', "c"],
        [4, "d", "e"],
      ],
    ],
    [
      "instruction, input, output",
      "instruction,input,output\na,,b\nc,d,e\n",
      [
        [2, "a", "b"],
        [3, "c\n\nd", "e"],
      ],
    ],
  ])("%s", async (_name, text, rows) => {
    expect(await contents(text)).toEqual({ rows, malformed: [] });
  });

  test("tabs in a .tsv", async () => {
    expect((await contents("prompt\tcompletion\na\tb\n", "d.tsv")).rows).toEqual([[2, "a", "b"]]);
  });

  test("rows of another length and open quotes are listed with their lines", async () => {
    expect(await contents('prompt,completion\na,b\nonly\n\nc,d\n"open,e\nf,g\n')).toEqual({
      rows: [
        [2, "a", "b"],
        [5, "c", "d"],
      ],
      malformed: [
        { line: 3, problem: "it has 1 cells where the first line has 2" },
        { line: 6, problem: "a quoted cell is never closed, and everything after it belongs to it" },
      ],
    });
  });

  test("columns that say nothing are refused by name", async () => {
    expect(await failureOf(read("id,name,city\n1,2,3\n", "d.csv"))).toMatchObject({
      code: "dataset_unusable",
      details: { reason: "its first line names no columns prompt and completion, but id, name, city" },
    });
  });
});

describe("what holds no example is refused", () => {
  test.each([
    ["an empty file", "", "dataset_empty"],
    ["blank lines", "\n \n\n", "dataset_empty"],
    ["prose", "Dear reader,\nthis is a letter.\n", "dataset_malformed"],
    ["a broken array", '[{"prompt": "a"', "dataset_unusable"],
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), "dataset_unusable"],
    ["a very long line", Buffer.alloc(9_000_000, "x"), "dataset_malformed"],
  ])("%s", async (_name, content, code) => {
    expect((await failureOf(read(content))).code).toBe(code);
  });

  test("a missing file, a folder, a stop", async () => {
    expect((await failureOf(readDataset(join(folder, "nowhere.jsonl")))).code).toBe("file_missing");
    expect((await failureOf(readDataset(folder))).code).toBe("file_unreadable");
    const path = write(jsonl({ messages: asked }));
    expect((await failureOf(readDataset(path, { signal: AbortSignal.abort() }))).code).toBe("stopped");
  });
});

describe("any file", () => {
  const text = fc
    .string({ unit: "grapheme", minLength: 1 })
    .filter((value) => value.trim() === value && !value.includes("\ufffd"));

  test("of sound examples comes back as it was written", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 20 }), async (pairs) => {
        const lines = jsonl(...pairs.map(([prompt, completion]) => ({ prompt, completion })));
        const { examples } = await read(Buffer.from(`\ufeff${lines}`));

        expect(examples.map(({ messages }) => messages.map(({ content }) => content))).toEqual(pairs);
      }),
      { numRuns: 60 },
    );
  });

  test("of sound CSV comes back as it was written", async () => {
    const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 20 }), async (pairs) => {
        const rows = pairs.map((cells) => cells.map(quoted).join(","));
        const { examples, malformed } = await read(Buffer.from(`\ufeffprompt,completion\n${rows.join("\n")}`), "p.csv");

        expect(malformed).toEqual([]);
        expect(examples.map(({ messages }) => messages.map(({ content }) => content))).toEqual(pairs);
      }),
      { numRuns: 60 },
    );
  });

  test.each(["any.jsonl", "any.csv"])("of arbitrary bytes is read or refused, never a crash: %s", async (name) => {
    const scraps = fc.constantFrom(
      '{"prompt":',
      '"a"',
      ",",
      "}",
      "\n",
      '"',
      "[",
      "prompt,completion",
      "\r\n",
      "\0",
      "\ufeff",
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(scraps, { maxLength: 40 }).map((parts) => new Uint8Array(Buffer.from(parts.join("")))),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        try {
          const { examples } = await read(content, name);
          expect(examples.length).toBeGreaterThan(0);
        } catch (error) {
          if (!isFourfoldError(error)) throw error;
        }
      }),
      { numRuns: 200 },
    );
  });
});

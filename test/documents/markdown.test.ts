import { describe, expect, test } from "vitest";
import { readMarkdown } from "../../core/documents/read-markdown.ts";

const blocksOf = (source: string): [kind: string, text: string][] => {
  const { text, blocks } = readMarkdown(source);
  return blocks.map(({ kind, start, end }) => [kind, text.slice(start, end)]);
};

describe("a Markdown text", () => {
  test("stays as it was written, so every position in it is a position in the file's text", () => {
    const source = "# Pumps\n\nThey *move* [water](https://example.org).\n";

    expect(readMarkdown(source).text).toBe(source);
  });

  test("gives its headings with level, plain title and span", () => {
    const source = "# The `TW-20` *pump*\n\nTitle below\n-----------\n\n### Deep ###\n";

    expect(
      readMarkdown(source).headings.map(({ start, end, ...heading }) => ({
        ...heading,
        text: source.slice(start, end),
      })),
    ).toEqual([
      { level: 1, title: "The TW-20 pump", text: "# The `TW-20` *pump*" },
      { level: 2, title: "Title below", text: "Title below\n-----------" },
      { level: 3, title: "Deep", text: "### Deep ###" },
    ]);
  });

  test("keeps tables as rows and code as it stands", () => {
    expect(blocksOf("| a | b |\n| - | - |\n| 1 | 2 |\n\n```js\n# no heading\n\nx();\n```\n")).toEqual([
      ["rows", "| a | b |\n| - | - |\n| 1 | 2 |"],
      ["rows", "```js\n# no heading\n\nx();\n```"],
    ]);
  });

  test("gives every item of a list with its mark, and the paragraphs of a quotation", () => {
    expect(blocksOf("- one\n- two\n  - three\n\n1. first\n\n> quoted\n>\n> again\n")).toEqual([
      ["prose", "- one"],
      ["prose", "- two"],
      ["prose", "- three"],
      ["prose", "1. first"],
      ["prose", "> quoted"],
      ["prose", "again"],
    ]);
  });

  test("does not take front matter for a heading, nor read comments, rules and link targets", () => {
    const source =
      "---\ntitle: Pumps\n---\n\n<!-- to do -->\n\nText.[^1]\n\n***\n\n[link]: https://example.org\n\n[^1]: A note.\n";

    expect(readMarkdown(source).headings).toEqual([]);
    expect(blocksOf(source)).toEqual([
      ["rows", "---\ntitle: Pumps\n---"],
      ["prose", "Text.[^1]"],
      ["prose", "[^1]: A note."],
    ]);
  });

  test("is read as plain paragraphs where quotations lie too deep in one another", () => {
    const deep = `${"> ".repeat(12_000)}the words inside`;

    const blocks = blocksOf(`Before.\n\n${deep}\n`);
    expect(blocks[0]).toEqual(["prose", "Before."]);
    expect(blocks.at(-1)![1]).toMatch(/the words inside$/);
  });

  test("is read in parts when long, with the same result", () => {
    const section = (index: number): string =>
      `## Section ${index}\n\nText ${index}.\n\n\`\`\`\n## no heading\n\`\`\`\n\n`;
    const sections = Array.from({ length: 12_000 }, (_, index) => section(index));
    const { headings, blocks, text } = readMarkdown(sections.join(""));

    expect(headings.map((heading) => heading.title)).toEqual(sections.map((_, index) => `Section ${index}`));
    expect(blocks).toHaveLength(24_000);
    expect(text.slice(blocks.at(-2)!.start, blocks.at(-2)!.end)).toBe("Text 11999.");
  });
});

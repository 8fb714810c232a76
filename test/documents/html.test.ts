import { describe, expect, test } from "vitest";
import { declaredEncoding, readHtml } from "../../core/documents/read-html.ts";
import { readMarkdown } from "../../core/documents/read-markdown.ts";

describe("an HTML page", () => {
  test("gives what it says, without its furniture and what is hidden", () => {
    const { text } =
      readHtml(`<!doctype html><html><head><title>Pumps</title><style>p { color: red }</style></head><body>
      <nav>Home | Products</nav><header><h1>Our pumps</h1></header>
      <p>They move <b>water</b>,<br>fast &amp; quiet.</p><script>alert(1)</script>
      <p hidden>Not shown.</p><div style="display: none">Nor this.</div><aside>See also</aside>
      <footer>© Tarnholm</footer></body></html>`);

    expect(text).toBe("Our pumps\n\nThey move water,\nfast & quiet.");
  });

  test("gives its headings with level and span, and its title where it has no first one", () => {
    const { text, headings } = readHtml("<title>Price list</title><h2>Pumps</h2><p>Many.</p><h3>Small</h3>");

    expect(text).toBe("Price list\n\nPumps\n\nMany.\n\nSmall");
    expect(headings.map(({ start, end, ...heading }) => ({ ...heading, text: text.slice(start, end) }))).toEqual([
      { level: 1, title: "Price list", text: "Price list" },
      { level: 2, title: "Pumps", text: "Pumps" },
      { level: 3, title: "Small", text: "Small" },
    ]);
  });

  // open-webui#28830: cells run together, and "A1B1A2B2" can neither be found nor understood.
  test("gives tables row by row with their cells apart", () => {
    const { text, blocks } = readHtml(`<table><caption>Stock</caption><thead><tr><th>Model<th>Price</thead>
      <tbody><tr><td><p>TW-20</p><p>small</p></td><td>545 €</td></tr><tr><td></td><td>690&nbsp;€</td></tr></tbody></table>`);

    expect(text).toBe("Stock\n\nModel | Price\n-|-\nTW-20 small | 545 €\n|  | 690 € |");
    expect(blocks.map((block) => block.kind)).toEqual(["prose", "rows"]);
    expect(blocks[1]!.heads!.map(({ start, end }) => text.slice(start, end))).toEqual(["Model | Price"]);
  });

  test("says in each row what a cell that reaches over several rows says, and keeps columns under their names", () => {
    const { text } = readHtml(
      `<table><tr><th>Town<th>Day<th>Hours</tr><tr><td rowspan=2>Hof<td>Monday<td>8</tr><tr><td>Tuesday<td>6 | 7</tr>
      <tr><td colspan=2>Selb<td>9</tr></table>`,
    );

    expect(text).toBe("Town | Day | Hours\n-|-|-\nHof | Monday | 8\nHof | Tuesday | 6 \\| 7\nSelb |  | 9");
  });

  test("leaves out banners and what plays the part of navigation, but no text that only speaks of cookies", () => {
    const { text } = readHtml(
      `<div class="cookie-banner">We use cookies.</div><div role="navigation">Home</div><main class="cookie-recipes">
      <p>Bake them for ten minutes.</p></main>`,
    );

    expect(text).toBe("Bake them for ten minutes.");
  });

  test("gives tables a Markdown reader knows for tables again", () => {
    const { text } = readHtml("<table><tr><th>Model<th>Price<tr><td>TW-20<td>545<tr><td><td>690</table>");

    expect(readMarkdown(text).blocks).toEqual([
      { kind: "rows", start: 0, end: text.length, heads: [{ start: 0, end: "Model | Price".length }] },
    ]);
  });

  test("reads a table that only places things on the page as the things it places", () => {
    const { text } = readHtml(
      "<table><tr><td>Left text.</td><td><h2>Right</h2><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>",
    );

    expect(text).toBe("Left text.\n\nRight\n\na | b");
  });

  test("gives lists with their marks and code as it stands", () => {
    const { text } = readHtml(
      "<ul><li>one<li>two<ol start=3><li>three</ol></ul><pre><code>if (x) {\n  y();\n}</code></pre>",
    );

    expect(text).toBe("- one\n- two\n3. three\n\nif (x) {\n  y();\n}");
  });

  test("that is nothing but furniture is read all the same", () => {
    expect(readHtml("<nav>Home</nav><aside>Opening hours: 9 to 5</aside>").text).toBe("Home\n\nOpening hours: 9 to 5");
  });

  test("cleans what its character references smuggle in", () => {
    expect(readHtml("<p>a&#0;b&#xD83D;&#x85;c&shy;d e&#x301;</p>").text).toBe("a�b�…cd é");
  });

  test.each([
    ['<meta charset="windows-1250">', "windows-1250"],
    ['<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2">', "iso-8859-2"],
    ['<?xml version="1.0" encoding="koi8-r"?>', "koi8-r"],
    ["<p>charset=utf-8</p>", null],
  ])("declares its encoding: %s", (source, encoding) => {
    expect(declaredEncoding(Buffer.from(source))).toBe(encoding);
  });

  test("nested two hundred thousand deep is read in a moment, whatever stands inside", () => {
    const depth = 200_000;

    expect(readHtml(`<p>Before.</p>${"<div>".repeat(depth)}deep${"</div>".repeat(depth)}<p>After.</p>`).text).toBe(
      "Before.\n\ndeep\n\nAfter.",
    );
  });
});

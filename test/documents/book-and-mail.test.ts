import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readEml } from "../../core/documents/read-eml.ts";
import { readEpub } from "../../core/documents/read-epub.ts";
import { defaultReadLimits } from "../../core/documents/read-limits.ts";
import { zipOf } from "../support/zip.ts";

const fixture = (name: string): Buffer => readFileSync(`test/fixtures/documents/${name}`);

describe("an electronic book", () => {
  test("gives its chapters in reading order, named by their own heading or by the table of contents", () => {
    const { text, headings } = readEpub("book.epub", fixture("book.epub"), defaultReadLimits);

    expect(text).toBe(
      "The Pump Book\n\nCare\n\nRinse the filter with warm water.\n\nWinter\n\nEmpty the tank.\n\nSpare parts\n\n" +
        "Seals come in packs of ten.",
    );
    expect(headings.map(({ level, title }) => [level, title])).toEqual([
      [1, "The Pump Book"],
      [2, "Care"],
      [3, "Winter"],
      [2, "Spare parts"],
    ]);
  });

  const parts = {
    "META-INF/container.xml": '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>',
    "b.opf":
      '<package><metadata><dc:title>Book</dc:title></metadata><manifest><item id="a" href="my%20page.xhtml"/></manifest><spine><itemref idref="a"/></spine></package>',
    "my page.xhtml": "<html><body><p>Text.</p></body></html>",
  };

  test("finds pages whose names are escaped", () => {
    expect(readEpub("b.epub", zipOf(parts), defaultReadLimits).text).toBe("Book\n\nText.");
  });

  test("from a shop, encrypted page by page, is refused for that", () => {
    const encryption = '<enc:EncryptedData><enc:CipherReference URI="my%20page.xhtml"/></enc:EncryptedData>';
    const locked = zipOf({ ...parts, "META-INF/encryption.xml": encryption });

    expect(() => readEpub("b.epub", locked, defaultReadLimits)).toThrow(/protected/);
  });
});

describe("a mail", () => {
  test("gives its subject as heading, its headers, its text, and names what is attached", async () => {
    const { text, headings, warnings } = await readEml("mail.eml", fixture("mail.eml"));

    expect(text).toBe(
      [
        "Lieferung der Dichtungen für die TW-20",
        "From: Ana Müller <ana@example.org>\nTo: Workshop <workshop@example.org>, Björn <bjoern@example.org>\n" +
          "Date: 2026-04-14 09:30 UTC",
        "Hallo zusammen,",
        "die Dichtungen kommen am Dienstag.",
        "Grüße\nAna",
        "Attachments: Lieferschein Mai.pdf (application/pdf, 19 bytes)",
      ].join("\n\n"),
    );
    expect(headings.map(({ title }) => title)).toEqual(["Lieferung der Dichtungen für die TW-20"]);
    expect(warnings).toEqual([
      { code: "attachments_not_read", message: expect.stringContaining("Lieferschein Mai.pdf") },
    ]);
  });

  test("whose plain part says nothing gives the page instead", async () => {
    const mail =
      'Subject: News\r\nContent-Type: multipart/alternative; boundary="x"\r\n\r\n--x\r\n\r\nUse a newer program.\r\n--x\r\n' +
      `Content-Type: text/html\r\n\r\n<h2>Pumps</h2><p>${"They move water all day. ".repeat(5)}</p>\r\n--x--\r\n`;

    expect((await readEml("news.eml", Buffer.from(mail))).text).toMatch(/^News\n\nPumps\n\nThey move water/);
  });

  test("without any header of a mail is refused in words", async () => {
    await expect(readEml("a.eml", Buffer.from("Only text."))).rejects.toThrow(/none of a mail's headers/);
  });

  test("nested deeper than any program makes it is refused in words", async () => {
    const opened = Array.from(
      { length: 400 },
      (_, depth) => `Content-Type: multipart/mixed; boundary="b${depth}"\r\n\r\n--b${depth}\r\n`,
    ).join("");

    await expect(readEml("deep.eml", Buffer.from(`Subject: a\r\n${opened}`))).rejects.toThrow(/cannot be told apart/);
  });
});

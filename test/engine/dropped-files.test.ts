import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { follow } from "../../core/contract/follow.ts";
import { droppedByName } from "../../core/ingestion/dropped-files.ts";
import { type OpenEngine, openEngine } from "../support/open-engine.ts";
import { fileFolder } from "../support/temporary-folder.ts";

const workspace = join(fileFolder(), "workspace");
const elsewhere = fileFolder();
let opened: OpenEngine;
beforeAll(async () => void (opened = await openEngine({ workspace })));
afterAll(() => opened[Symbol.asyncDispose]());

/** Where the engine keeps what a browser hands over; each drop has a folder of its own. */
function dropped(batch: string, name: string, content: string): string {
  const folder = join(workspace, "files", batch);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const importing = (...paths: string[]) =>
  follow(opened.client.documents.import({ collection: "Dropped", paths }), () => {});

describe("a file that was dropped into a browser", () => {
  test("is named as it was dropped when it cannot be read, and where it lies is still told to programs", async () => {
    const path = dropped("b1", "my report.pdf", "no PDF at all\0\0");
    const outside = join(elsewhere, "my report.pdf");
    writeFileSync(outside, "no PDF at all\0\0");

    const [inside, own] = (await importing(path, outside)).documents.map(({ failure }) => failure!);

    expect(inside!.message).toMatch(/^my report\.pdf /);
    expect(inside!.details).toMatchObject({ path });
    expect(own!.message).toContain(outside);
  });

  test("is named as it was dropped when another is like it, also later in the list", async () => {
    const text = "The pump is to be opened by the service alone, and never while it is under pressure.";
    const first = dropped("b2", "pump.txt", text);
    const second = dropped("b3", "copy of pump.txt", text);

    const { collectionId, documents } = await importing(first, second);

    expect(documents[1]!.warnings.map(({ message }) => message)).toEqual([
      "It has the same content as pump.txt, which is in this collection already, so it is not stored twice.",
    ]);
    for (const { warnings } of await opened.client.documents.list({ collectionId }))
      for (const { message } of warnings) expect(message).not.toContain(workspace);
  });

  test("is named as it was dropped when it is a model that cannot be used", async () => {
    const path = dropped("b4", "tiny.gguf", "this is no GGUF file");

    await expect(follow(opened.client.models.add({ path }), () => {})).rejects.toMatchObject({
      data: { message: expect.stringMatching(/^tiny\.gguf /), details: { path } },
    });
  });

  test("only counts as dropped where the workspace keeps such files", () => {
    const said = droppedByName("/home/ada (work)");

    expect(said("/home/ada (work)/files/7f-1/a b.txt and /home/ada (work)/files/8/c.txt differ")).toBe(
      "a b.txt and c.txt differ",
    );
    for (const text of ["/home/ada (work)/fourfold.sqlite", "/home/ada work/files/8/c.txt", "/files/8/c.txt", ""])
      expect(said(text)).toBe(text);
  });
});

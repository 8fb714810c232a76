import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { findFiles } from "../../core/documents/find-files.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

function folderWith(...names: string[]): string {
  const folder = temporaryFolder();
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), name);
  }
  return folder;
}

describe("finding files", () => {
  test("goes through folders depth first, sorted by name", async () => {
    const folder = folderWith("b.md", "a/z.txt", "a/deeper/y.html", "c.pdf");

    const { files } = await findFiles([folder]);

    expect(files).toEqual(["a/deeper/y.html", "a/z.txt", "b.md", "c.pdf"].map((name) => join(folder, name)));
  });

  test("passes over hidden files and node_modules, and says which others it does not read", async () => {
    const folder = folderWith("a.md", ".hidden.md", ".git/b.md", "node_modules/c.md", "photo.jpeg");

    expect(await findFiles([folder])).toEqual({
      files: [join(folder, "a.md")],
      skipped: [{ path: join(folder, "photo.jpeg"), reason: "not a format Fourfold reads" }],
    });
  });

  test("always returns a path named explicitly, so that reading it fails in words", async () => {
    const folder = folderWith("photo.jpeg");
    const named = [join(folder, "photo.jpeg"), join(folder, "missing.md")];

    expect(await findFiles(named)).toEqual({ files: named, skipped: [] });
  });

  test("ends where a link leads in a circle, and meets no file twice", async () => {
    const folder = folderWith("a/one.md");
    symlinkSync(folder, join(folder, "a", "back"));
    symlinkSync(join(folder, "a", "one.md"), join(folder, "two.md"));
    symlinkSync(join(folder, "nowhere"), join(folder, "zero.md"));

    expect(await findFiles([folder, join(folder, "a")])).toEqual({
      files: [join(folder, "a", "one.md")],
      skipped: [{ path: join(folder, "zero.md"), reason: "a link that leads nowhere" }],
    });
  });

  test("stops when told to", async () => {
    await expect(findFiles([folderWith("a.md")], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      failure: { code: "stopped" },
    });
  });
});

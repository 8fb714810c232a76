import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hashFile, hashFiles } from "../../core/runtime/hash-file.ts";
import { randomBytesFrom } from "../support/seeded-bytes.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const bytes = randomBytesFrom(3)(9_000_000);
const sha256 = createHash("sha256").update(bytes).digest("hex");

describe("hashing", () => {
  test("gives a file's hash and size, and reports how far it is", async () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, bytes);
    const progress: number[] = [];

    expect(await hashFile(path, { onProgress: (fraction) => progress.push(fraction) })).toEqual({
      sha256,
      sizeBytes: bytes.length,
    });
    expect(progress.at(-1)).toBe(1);
    expect(progress.length).toBeGreaterThan(1);
  });

  test("takes the parts of a split model as one file", async () => {
    const folder = temporaryFolder();
    const parts = [join(folder, "1"), join(folder, "2")];
    writeFileSync(parts[0]!, bytes.subarray(0, 1000));
    writeFileSync(parts[1]!, bytes.subarray(1000));

    expect(await hashFiles(parts)).toEqual({ sha256, sizeBytes: bytes.length });
  });

  test("says which file is not there", async () => {
    const path = join(temporaryFolder(), "none");

    await expect(hashFile(path)).rejects.toMatchObject({ failure: { code: "file_missing", details: { path } } });
  });

  test("says when it is a folder", async () => {
    await expect(hashFile(temporaryFolder())).rejects.toMatchObject({ failure: { code: "file_unreadable" } });
  });

  test("stops on its signal", async () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, bytes);
    const stop = new AbortController();

    const hashing = hashFile(path, { signal: stop.signal, onProgress: () => stop.abort() });

    await expect(hashing).rejects.toMatchObject({ failure: { code: "stopped" } });
  });
});

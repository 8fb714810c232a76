import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { defaultBounds, readBounds, writeBounds } from "../../electron/window-bounds.ts";

const folder = mkdtempSync(join(tmpdir(), "fourfold-bounds-"));
const file = join(folder, "not-there-yet", "window.json");
const screen = { x: 0, y: 0, width: 1920, height: 1080 };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the window's remembered place", () => {
  test("is the default at the first start", () => {
    expect(readBounds(join(folder, "never-written.json"), [screen])).toEqual(defaultBounds);
  });

  test("is where the window was closed", () => {
    const bounds = { x: 40, y: 50, width: 1000, height: 700, maximized: true };
    writeBounds(file, bounds);

    expect(readBounds(file, [screen])).toEqual(bounds);
  });

  test("keeps its size but not its place when that screen is gone", () => {
    writeBounds(file, { x: 2500, y: 50, width: 1000, height: 700, maximized: false });

    expect(readBounds(file, [screen])).toEqual({ width: 1000, height: 700, maximized: false });
  });

  test.each(["", "{", "null", "[]", '{"width":1}', '{"width":"1000","height":700}', '{"width":1e9,"height":700}'])(
    "is the default when the file says %j",
    (text) => {
      writeFileSync(file, text);

      expect(readBounds(file, [screen])).toEqual(defaultBounds);
    },
  );
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isOwnUrl, pathInside, serveFile } from "../../electron/renderer-files.ts";

const folder = mkdtempSync(join(tmpdir(), "fourfold-renderer-"));
const served = join(folder, "dist");

beforeAll(() => {
  mkdirSync(join(served, "assets"), { recursive: true });
  writeFileSync(join(served, "index.html"), "<p>page</p>");
  writeFileSync(join(served, "assets", "main.js"), "1;");
  writeFileSync(join(folder, "secret.txt"), "secret");
  // A folder whose name begins like the served one.
  mkdirSync(join(folder, "dist-of-another"));
  writeFileSync(join(folder, "dist-of-another", "secret.txt"), "secret");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const get = (address: string, method = "GET") => serveFile(new Request(address, { method }), served);

describe("the app:// scheme", () => {
  test("serves the page and its files with their types", async () => {
    const page = await get("app://fourfold/");
    const script = await get("app://fourfold/assets/main.js?v=1");

    expect([page.status, page.headers.get("content-type"), await page.text()]).toEqual([
      200,
      "text/html; charset=utf-8",
      "<p>page</p>",
    ]);
    expect([script.status, script.headers.get("content-type")]).toEqual([200, "text/javascript; charset=utf-8"]);
  });

  test("sends a policy that lets the page load from itself alone, with errors too", async () => {
    for (const answer of [await get("app://fourfold/"), await get("app://fourfold/missing.js")]) {
      expect(answer.headers.get("content-security-policy")).toBe(
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
          "connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; " +
          "frame-ancestors 'none'",
      );
    }
  });

  test.each([
    ["app://fourfold/missing.js", 404],
    ["app://fourfold/assets", 404],
    ["app://fourfold/%2e%2e%2fsecret.txt", 403],
    ["app://fourfold/..%2f..%2fetc%2fpasswd", 403],
    ["app://fourfold/assets/..%2f..%2fsecret.txt", 403],
    ["app://fourfold/..%2fdist-of-another%2fsecret.txt", 403],
    ["app://fourfold/..%5csecret.txt", 403],
    ["app://fourfold/C:%5cWindows%5cwin.ini", 403],
    ["app://fourfold/index.html%00.js", 403],
    ["app://fourfold/%zz", 403],
    ["app://elsewhere/index.html", 403],
    ["http://fourfold/index.html", 403],
  ])("refuses %s with %i", async (address, status) => {
    expect((await get(address)).status).toBe(status);
  });

  test("answers GET alone", async () => {
    expect((await get("app://fourfold/", "POST")).status).toBe(405);
  });

  test("never leaves the folder, however the path is written", () => {
    const steps = ["..", ".", "%2e%2e", "%252e", "assets", "", "...", "..%2f", "%2f", "~", "//"];
    for (const a of steps)
      for (const b of steps)
        for (const c of steps) {
          const path = pathInside(served, `/${a}/${b}/${c}`);

          expect(path === null || path.startsWith(served + sep), `${a} ${b} ${c}`).toBe(true);
        }
  });
});

describe("an address", () => {
  test.each([
    ["app://fourfold/", true],
    ["app://fourfold/assets/main.js", true],
    ["app://fourfold.example.com/", false],
    ["app://fourfold@elsewhere/", false],
    ["app://elsewhere/?app://fourfold/", false],
    ["https://fourfold/", false],
    ["file:///etc/passwd", false],
    ["about:blank", false],
    ["", false],
  ])("%j is the app's own: %s", (address, own) => {
    expect(isOwnUrl(address)).toBe(own);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documentExtensions } from "../../core/contract/document-formats.ts";
import { type AppFolder, layOutFixture } from "./desktop-fixture/lay-out.ts";
import type { DesktopApp } from "./electron-stand-in/launch.ts";
import { isAlive } from "./is-alive.ts";
import { expectEventually } from "./expect-eventually.ts";

/** Waits until the fixture's page has its port, without which it can ask nothing. */
export async function untilConnected({ page }: DesktopApp): Promise<void> {
  await page.waitForFunction(() => fixture.ports === 1);
}

/**
 * What the desktop shell promises, told once: on the stand-in wherever there is a Chromium, and on Electron itself
 * wherever that can run. It uses nothing that only one of them has.
 *
 * @param launch  how to start an app from its folder, or null where that cannot be done
 */
export function describeDesktop(name: string, launch: ((folder: AppFolder) => Promise<DesktopApp>) | null): void {
  describe.skipIf(launch === null)(name, () => {
    let folder: AppFolder;
    let app: DesktopApp;

    beforeAll(async () => {
      folder = await layOutFixture();
      app = await launch!(folder);
      await untilConnected(app);
    });
    afterAll(async () => {
      await app?.close();
      folder?.[Symbol.dispose]();
    });

    const identify = () => app.page.evaluate(async () => (await fixture.engine()).identify());

    test("opens one window, with Fourfold's page in it", async () => {
      const windows = await app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().map((window) => ({
          url: window.webContents.getURL(),
          visible: window.isVisible(),
          minimum: window.getMinimumSize(),
        })),
      );

      expect(windows).toEqual([{ url: "app://fourfold/", visible: true, minimum: [760, 560] }]);
    });

    test("shows the page nothing of Node or Electron but five names", async () => {
      const seen = await app.page.evaluate(() => {
        const names = ["require", "process", "module", "Buffer", "global", "electron", "ipcRenderer", "__dirname"];
        const found = names.filter((name) => name in globalThis);
        const { desktop } = fixture;
        return {
          found,
          offered: Object.keys(desktop).sort(),
          platform: desktop.platform,
          frozen: Object.isFrozen(desktop),
        };
      });

      expect(seen).toEqual({
        found: [],
        offered: ["onEngineState", "pathForFile", "pickFiles", "platform"],
        platform: process.platform,
        frozen: true,
      });
    });

    test("carries calls and streams between page and engine, which is a Node process of its own", async () => {
      const engine = await identify();
      const counted = await app.page.evaluate(async () => {
        const numbers = [];
        for await (const number of await (await fixture.engine()).count()) numbers.push(number);
        return numbers;
      });

      expect(engine).toEqual({
        pid: expect.not.toSatisfy((pid) => pid === app.pid),
        node: process.versions.node,
        arguments: ["--workspace", folder.workspace],
      });
      expect(counted).toEqual([1, 2, 3]);
    });

    test("gives a reloaded page a port of its own, to the same engine", async () => {
      const before = await identify();
      await app.page.reload();
      await untilConnected(app);

      expect(await identify()).toEqual(before);
    });

    test("opens the picker that was asked for and hands over the paths", async () => {
      await app.evaluate(({ dialog }) => {
        const asked: unknown[] = [];
        Object.assign(globalThis, { asked });
        dialog.showOpenDialog = async (...given: unknown[]) => {
          const options = given.at(-1) as { properties: string[]; filters?: { extensions: string[] }[] };
          asked.push([options.properties, options.filters?.[0]?.extensions ?? []]);
          return { canceled: asked.length === 3, filePaths: asked.length === 3 ? [] : ["/data/one", "/data/two"] };
        };
      });
      const picked = await app.page.evaluate(async () => {
        const { desktop } = fixture;
        return [
          await desktop.pickFiles("documents"),
          await desktop.pickFiles("folder"),
          await desktop.pickFiles("model"),
        ];
      });

      expect(picked).toEqual([["/data/one", "/data/two"], ["/data/one", "/data/two"], []]);
      expect(await app.evaluate(() => (globalThis as unknown as { asked: unknown[] }).asked)).toEqual([
        [["openFile", "multiSelections"], [...documentExtensions]],
        [["openDirectory"], []],
        [["openFile"], ["gguf"]],
      ]);
    });

    test("refuses a picker it does not know", async () => {
      const refusal = app.page.evaluate(() => fixture.desktop.pickFiles("everything" as "folder").then(String, String));

      expect(await refusal).toContain("pickFiles takes documents, folder, model, not everything.");
    });

    test("knows the path of a file that was given to the page, and none for one made in memory", async () => {
      const place = mkdtempSync(join(tmpdir(), "fourfold-given-"));
      const path = join(place, "notes.md");
      writeFileSync(path, "# Notes");
      await app.page.locator("#file").setInputFiles(path);
      const paths = await app.page.evaluate(() => {
        const input = document.querySelector<HTMLInputElement>("#file")!;
        return [input.files![0]!, new File(["x"], "memory.md")].map((file) => fixture.desktop.pathForFile(file));
      });
      rmSync(place, { recursive: true });

      expect(paths).toEqual([path, ""]);
    });

    test("stays where it is when the page would navigate away", async () => {
      const { ports } = await app.page.evaluate(() => fixture);
      await app.page.locator("#elsewhere").click({ noWaitAfter: true });
      await app.page.evaluate(() => void (location.href = "https://example.com/script"));
      await app.page.evaluate(() => void (location.href = "file:///etc/passwd"));
      await app.page.waitForTimeout(300);

      expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.webContents.getURL())).toBe(
        "app://fourfold/",
      );
      expect(await app.page.evaluate(() => fixture.ports)).toBe(ports);
    });

    test("opens no second window, by script or by link", async () => {
      const opened = await app.page.evaluate(() => window.open("https://example.com/script") === null);
      await app.page.locator("#popup").click({ noWaitAfter: true });
      await app.page.waitForTimeout(300);

      expect(opened).toBe(true);
      expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
      expect(
        app.page
          .context()
          .pages()
          .filter((page) => page.url().includes("example.com")),
      ).toEqual([]);
    });

    test("grants the page no permission", async () => {
      const states = await app.page.evaluate(async () => {
        const names = ["geolocation", "notifications", "camera", "microphone", "midi", "clipboard-read"];
        const query = (name: string) => navigator.permissions.query({ name: name as PermissionName });
        return Promise.all(names.map(async (name) => [name, (await query(name)).state]));
      });

      expect(states.filter(([, state]) => state !== "denied")).toEqual([]);
    });

    test("runs no script but its own files", async () => {
      const ran = await app.page.evaluate(async () => {
        const script = document.createElement("script");
        script.textContent = "globalThis.injected = true";
        document.head.append(script);
        return { inline: fixture.inlineScriptRan, injected: "injected" in globalThis, text: await fixture.runText() };
      });

      expect(ran).toEqual({ inline: undefined, injected: false, text: "EvalError" });
    });

    test("reaches nothing outside of the app", async () => {
      await app.page.evaluate(() => void (fixture.violations.length = 0));
      const reached = await app.page.evaluate(() => {
        const image = new Image();
        image.src = "https://example.com/pixel.png";
        const frame = document.createElement("iframe");
        frame.src = "https://example.com/frame.html";
        document.body.append(frame);
        return Promise.all([
          fetch("https://example.com/data").then(() => "reached", String),
          fetch("http://127.0.0.1:1/").then(() => "reached", String),
        ]);
      });

      expect(reached).toEqual(["TypeError: Failed to fetch", "TypeError: Failed to fetch"]);
      await expectEventually(() => app.page.evaluate(() => [...new Set(fixture.violations)].sort())).toEqual([
        "connect-src",
        "frame-src",
        "img-src",
      ]);
    });

    test("says so when the engine is killed, starts it again, and the next call works", async () => {
      const before = await identify();
      const inFlight = app.page.evaluate(async () =>
        (await fixture.engine()).neverAnswer().then(String, () => "failed"),
      );
      await app.page.waitForTimeout(200);
      process.kill(before.pid, "SIGKILL");

      expect(await inFlight).toBe("failed");
      await expectEventually(() => app.page.evaluate(() => fixture.states.map(({ state }) => state))).toEqual([
        "running",
        "restarting",
        "running",
      ]);
      const after = await identify();
      expect(after).toEqual({ ...before, pid: after.pid });
      expect(after.pid).not.toBe(before.pid);
    });

    test("quits with the engine", async () => {
      const engine = await identify();

      expect(await app.close()).toEqual({ code: 0 });
      await expectEventually(() => isAlive(engine.pid)).toBe(false);
    });
  });
}

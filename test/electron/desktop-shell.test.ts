import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppFolder, layOutFixture } from "../support/desktop-fixture/lay-out.ts";
import { describeDesktop, untilConnected } from "../support/desktop-specification.ts";
import { type DesktopApp, launchOnStandIn, startOnStandIn } from "../support/electron-stand-in/launch.ts";
import { describeInBrowser } from "../support/in-browser.ts";
import { isAlive } from "../support/is-alive.ts";
import { expectEventually } from "../support/expect-eventually.ts";

const onStandIn = ({ main, workspace }: AppFolder) => ({
  main,
  arguments: ["--workspace", workspace],
  environment: { FOURFOLD_NODE: process.execPath },
});
const launch = (folder: AppFolder): Promise<DesktopApp> => launchOnStandIn(onStandIn(folder));

describeInBrowser("the built main and preload, in Chromium on a stand-in for Electron", () => {
  describeDesktop("the desktop shell", launch);

  describe("the shell's walls", () => {
    let folder: AppFolder;
    let app: DesktopApp;
    beforeAll(async () => {
      folder = await layOutFixture();
      app = await launch(folder);
      await untilConnected(app);
    });
    afterAll(async () => {
      await app?.close();
      folder?.[Symbol.dispose]();
    });

    test("are the window's options", async () => {
      const options = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.options);

      expect(options).toEqual({
        width: 1280,
        height: 860,
        minWidth: 760,
        minHeight: 560,
        title: "Fourfold",
        show: false,
        backgroundColor: "#ffffff",
        webPreferences: {
          preload: join(folder.root, "electron", "dist", "preload.cjs"),
          contextIsolation: true,
          sandbox: true,
          nodeIntegration: false,
          nodeIntegrationInWorker: false,
          nodeIntegrationInSubFrames: false,
          webSecurity: true,
          webviewTag: false,
          spellcheck: false,
        },
      });
    });

    test.each([
      ["https://example.com/", false],
      ["app://elsewhere/", false],
      ["app://fourfold.example.com/", false],
      ["file:///etc/passwd", false],
      ["about:blank", false],
      [null, false],
      // The right address, but a frame inside of a page.
      ["app://fourfold/", true],
    ])("refuse a call from %s, inside of a frame: %s", async (url, inside) => {
      const answer = await app.evaluate(
        ({ standIn }, sender) => standIn.invokeAs(sender.url, "fourfold:pick-files", "documents", sender.inside),
        { url, inside },
      );

      expect(answer).toEqual({ error: expect.stringContaining("Refused: fourfold:pick-files was asked by") });
    });

    test("deny every new window and every navigation, also before Chromium would", async () => {
      await app.page.evaluate(() => void window.open("https://example.com/script"));
      await app.page.locator("#popup").click({ noWaitAfter: true });
      await app.page.locator("#elsewhere").click({ noWaitAfter: true });
      const observed = () => app.evaluate(({ standIn }) => standIn.observed);

      await expectEventually(async () => (await observed()).windowOpenings.map(({ action }) => action)).toEqual([
        "deny",
        "deny",
      ]);
      await expectEventually(async () => (await observed()).blockedRequests).toContainEqual({
        url: "https://example.com/elsewhere",
        reason: "Aborted",
      });
    });

    test("grant nothing but writing to the clipboard", async () => {
      const names = [
        "media",
        "geolocation",
        "notifications",
        "clipboard-read",
        "openExternal",
        "fileSystem",
        "unknown",
      ];
      const granted = await app.evaluate(async ({ standIn }, permissions) => {
        const answers = [];
        for (const name of [...permissions, "clipboard-sanitized-write"]) {
          answers.push(...((await standIn.askPermission(name)) ? [`${name} on request`] : []));
          answers.push(...(standIn.checkPermission(name) ? [`${name} on check`] : []));
        }
        return { answers, device: standIn.checkDevice() };
      }, names);

      expect(granted).toEqual({
        answers: ["clipboard-sanitized-write on request", "clipboard-sanitized-write on check"],
        device: false,
      });
    });

    test.each([
      ["app://fourfold/assets/main.js", true],
      ["data:image/png;base64,AA==", true],
      ["blob:app://fourfold/1f", true],
      ["devtools://devtools/bundled/inspector.html", true],
      ["blob:https://example.com/1f", false],
      ["https://example.com/", false],
      ["http://127.0.0.1:8080/", false],
      ["ws://127.0.0.1:8080/", false],
      ["file:///etc/passwd", false],
      ["app://elsewhere/", false],
    ])("let a request for %s out: %s", async (url, allowed) => {
      expect(await app.evaluate(({ standIn }, address) => standIn.mayBeSent(address), url)).toBe(allowed);
    });

    test("let no download start", async () => {
      expect(await app.evaluate(({ standIn }) => standIn.mayDownload("app://fourfold/page.js"))).toBe(false);
    });

    test("leave the app a menu by roles", async () => {
      const menu = await app.evaluate(({ Menu }) =>
        Menu.getApplicationMenu()!.items.map(({ role, label, submenu }) => [
          role ?? label,
          ...(submenu?.items ?? []).map((item) => item.role ?? item.type),
        ]),
      );

      const view = ["reload", "separator", "resetZoom", "zoomIn", "zoomOut", "separator", "togglefullscreen"];
      expect(menu).toEqual([
        [process.platform === "darwin" ? "appMenu" : "fileMenu"],
        ["editMenu"],
        ["View", ...view, "separator", "toggleDevTools"],
        ["windowMenu"],
        ...(process.platform === "darwin" ? [] : [["help", "about"]]),
      ]);
    });

    test("show the window of the first when Fourfold is started twice", async () => {
      const second = startOnStandIn(onStandIn(folder));

      expect(await second.ended).toEqual({ code: 0 });
      second.removeFolder();
      await expectEventually(() =>
        app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.focusCount),
      ).toBe(1);
    });
  });

  test("the window comes back where it was closed", async () => {
    using folder = await layOutFixture();
    const bounds = { x: 30, y: 40, width: 1000, height: 700 };
    const first = await launch(folder);
    await first.evaluate(({ BrowserWindow }, place) => BrowserWindow.getAllWindows()[0]!.setBounds(place), bounds);
    await first.close();
    const second = await launch(folder);

    expect(await second.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getBounds())).toEqual(bounds);
    await second.close();
  });

  test("closing the window ends app and engine", async () => {
    using folder = await layOutFixture();
    const app = await launch(folder);
    const engine = await app.page.evaluate(async () => (await fixture.engine()).identify());
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close());

    await expectEventually(() => isAlive(app.pid)).toBe(false);
    expect(isAlive(engine.pid)).toBe(false);
    await app.close();
  });

  test("a main process that is killed leaves no engine behind", async () => {
    using folder = await layOutFixture();
    const app = await launch(folder);
    const engine = await app.page.evaluate(async () => (await fixture.engine()).identify());
    process.kill(app.pid, "SIGKILL");

    await expectEventually(() => isAlive(engine.pid)).toBe(false);
    await app.close();
  });
});

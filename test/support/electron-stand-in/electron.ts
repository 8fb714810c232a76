/// <reference types="electron" />
import { join } from "node:path";
import { chromium, howToGetOne } from "../chromium.ts";
import { app, lastSteps, standInApp, temporaryFolder } from "./app.ts";
import { BrowserWindow, setDevtools } from "./browser-window.ts";
import { Devtools } from "./devtools.ts";
import { invoke, ipcMain } from "./ipc-main.ts";
import { MessageChannelMain } from "./message-ports.ts";
import { mayBeSent, mayDownload, permissionAnswers, protocol, session } from "./session.ts";
import { dialog, Menu, nativeTheme, screen } from "./system.ts";
import { observed } from "./web-contents.ts";

/**
 * A stand-in for the module `electron`: the app's own built main and preload run in a plain Node and in Chromium.
 *
 * What it has behaves as Electron documents it; what it has not throws. It proves the app's code and nothing about
 * Electron's binary: no `app:` scheme, no Electron sandbox, no fuses, no packaging, and Chromium without its sandbox.
 */
export { app, BrowserWindow, dialog, ipcMain, Menu, MessageChannelMain, nativeTheme, protocol, screen, session };

/** Not part of Electron: what a test may ask of the stand-in. */
export const standIn = {
  observed,
  mayBeSent,
  mayDownload,
  askPermission: (permission: string) =>
    permissionAnswers.request(BrowserWindow.getAllWindows()[0]!.webContents as never, permission),
  checkPermission: (permission: string) =>
    permissionAnswers.check(BrowserWindow.getAllWindows()[0]!.webContents as never, permission),
  checkDevice: () => permissionAnswers.device(),
  /** A call that claims to come from a frame with this address; `inside` makes it a frame within another. */
  invokeAs: (url: string | null, channel: string, value: unknown, inside = false) => {
    const senderFrame = url === null ? null : { url, parent: inside ? { url: "app://fourfold/" } : null };
    const sender = BrowserWindow.getAllWindows()[0]!.webContents;
    return invoke(channel, { sender, senderFrame }, [value]);
  },
};

/** Chromium attaches new pages here, paused, before their first request. */
interface Attached {
  sessionId: string;
  waitingForDebugger: boolean;
  targetInfo: { targetId: string; openerId?: string; url: string };
}

async function start(): Promise<void> {
  if (chromium === null) throw new Error(`electron stand-in: ${howToGetOne}`);
  const devtools = await Devtools.launch(chromium, join(temporaryFolder, "chromium"));
  lastSteps.push(() => devtools.close());
  setDevtools(devtools);
  devtools.listen("", (method, params) => {
    if (method === "Target.attachedToTarget") attached(devtools, params);
    else if (method === "Target.detachedFromTarget") {
      BrowserWindow.ofPage((params as { sessionId: string }).sessionId)?.gone();
    }
  });
  const filter = [{ type: "page" }];
  await devtools.send("Target.setAutoAttach", {
    autoAttach: true,
    waitForDebuggerOnStart: true,
    flatten: true,
    filter,
  });
  process.send?.({ kind: "ready", endpoint: devtools.endpoint, chromiumPid: devtools.pid });
  standInApp.markReady();
}

/** A window opened by a page is put before the app and closed; a held one would hang its opener. */
function attached(devtools: Devtools, { sessionId, waitingForDebugger, targetInfo }: Attached): void {
  const opener = targetInfo.openerId === undefined ? null : BrowserWindow.ofPage(targetInfo.openerId);
  if (opener === null) {
    if (waitingForDebugger) devtools.send("Runtime.runIfWaitingForDebugger", {}, sessionId).catch(() => {});
    return;
  }
  opener.webContents.askToOpen(targetInfo.url, "");
  devtools.send("Target.closeTarget", { targetId: targetInfo.targetId }).catch(() => {});
}

/** A test's function, run here with this module in the place of Electron's. */
async function evaluate({ id, text, value }: { id: number; text: string; value: unknown }): Promise<void> {
  const electron = await import("./electron.ts");
  try {
    const run = new Function(`return (${text});`)() as (module: typeof electron, value: unknown) => unknown;
    process.send?.({ kind: "evaluated", id, value: await run(electron, value) });
  } catch (error) {
    process.send?.({ kind: "evaluated", id, error: String(error) });
  }
}

process.on("message", (message: { id: number; text: string; value: unknown }) => void evaluate(message));
// Whoever started this is gone: nothing may stay behind.
process.on("disconnect", () => standInApp.quit());
process.on("SIGTERM", () => standInApp.quit());
// The app's main has to be read first: schemes are named before the app is ready.
setImmediate(() => {
  start().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});

import { join } from "node:path";
import { app, BrowserWindow, nativeTheme, screen } from "electron";
import { pageUrl } from "./renderer-files.ts";
import { readBounds, smallestSize, writeBounds } from "./window-bounds.ts";

/** The page's own background in each scheme, so that nothing flashes before the first paint. */
const backgrounds = { light: "#ffffff", dark: "#242424" };

/** What becomes of a window's page, for those who serve it. */
export interface PageEvents {
  /** A page is there, for the first time or after a reload: its old connections are void. */
  onLoad: (window: BrowserWindow) => void;
  onClosed: (window: BrowserWindow) => void;
}

/** Opens the window at its remembered place; it shows itself once the first paint is done. */
export function openWindow(preload: string, events: PageEvents): BrowserWindow {
  const boundsFile = join(app.getPath("userData"), "window.json");
  const { maximized, ...bounds } = readBounds(
    boundsFile,
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const window = new BrowserWindow({
    ...bounds,
    minWidth: smallestSize.width,
    minHeight: smallestSize.height,
    title: "Fourfold",
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? backgrounds.dark : backgrounds.light,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false, // Electron would fetch dictionaries from the network.
    },
  });
  window.once("ready-to-show", () => {
    if (maximized) window.maximize();
    window.show();
  });
  window.webContents.on("did-finish-load", () => events.onLoad(window));
  window.on("close", () => writeBounds(boundsFile, { ...window.getNormalBounds(), maximized: window.isMaximized() }));
  window.on("closed", () => events.onClosed(window));
  void window.loadURL(pageUrl);
  return window;
}

/** Brings a window to the front, also when it is minimised. */
export function focusWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.focus();
}

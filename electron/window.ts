import { join } from "node:path";
import { app, BrowserWindow, nativeTheme, screen, type WebContents } from "electron";
import { pageUrl } from "./renderer-files.ts";
import { readBounds, smallestSize, writeBounds } from "./window-bounds.ts";

/** The page's own background in each scheme, so that nothing flashes before the first paint. */
const backgrounds = { light: "#ffffff", dark: "#242424" };

/** What becomes of a window's page, for those who serve it. */
export interface PageEvents {
  /** A page is there, for the first time or after a reload: its old connections are void. */
  onLoad: (page: WebContents) => void;
  /** It was closed; of what it was, nothing but its identity may be used any more. */
  onGone: (page: WebContents) => void;
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
  // Taken now: once the window is closed, even asking it for its page throws.
  const page = window.webContents;
  page.on("did-finish-load", () => events.onLoad(page));
  page.once("destroyed", () => events.onGone(page));
  window.on("close", () => writeBounds(boundsFile, { ...window.getNormalBounds(), maximized: window.isMaximized() }));
  window.loadURL(pageUrl).catch((error: unknown) => console.error(`The page was not loaded: ${String(error)}`));
  return window;
}

/** Brings a window to the front, also when it is minimised; one that was just closed stays so. */
export function focusWindow(window: BrowserWindow): void {
  if (window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.focus();
}

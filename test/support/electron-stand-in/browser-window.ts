import { openWindows, standInApp } from "./app.ts";
import { ChromiumPage } from "./chromium-page.ts";
import type { Devtools } from "./devtools.ts";
import { permissionAnswers } from "./session.ts";
import { notImplemented, preventable, strict, StrictEmitter } from "./strict.ts";
import { StandInWebContents } from "./web-contents.ts";

const knownOptions = ["x", "y", "minWidth", "minHeight", "title", "backgroundColor", "webPreferences"];
const mustBeTrue = new Set(["contextIsolation", "sandbox", "webSecurity"]);

/** Chromium's name of a permission, and Electron's, by which the app's check handler is asked once for each window. */
const permissions = [
  ["geolocation", "geolocation"],
  ["notifications", "notifications"],
  ["camera", "media"],
  ["microphone", "media"],
  ["midi", "midi"],
  ["clipboard-read", "clipboard-read"],
  ["clipboard-write", "clipboard-sanitized-write"],
] as const;

let devtools: Devtools;
export function setDevtools(connected: Devtools): void {
  devtools = connected;
}

const windows = new Set<BrowserWindow>();

export class BrowserWindow extends StrictEmitter {
  readonly #contents = new StandInWebContents();
  /** As a test may want to see it; Electron keeps it to itself. */
  readonly options: Electron.BrowserWindowConstructorOptions;
  readonly #opened: Promise<ChromiumPage>;
  #page: ChromiumPage | null = null;
  #bounds: Electron.Rectangle;
  #visible: boolean;
  #maximized = false;
  #focusCount = 0;

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super("BrowserWindow", ["ready-to-show", "close", "closed"]);
    if (!standInApp.isStarted) throw new Error("Cannot create BrowserWindow before app is ready");
    const { width = 800, height = 600, show = true, x = 0, y = 0, ...others } = options;
    const unknown = Object.keys(others).find((name) => !knownOptions.includes(name));
    if (unknown !== undefined) notImplemented(`BrowserWindow option ${unknown}`);
    const preload = preloadOf(options.webPreferences ?? {});
    this.options = options;
    this.#bounds = { x, y, width, height };
    this.#visible = show;
    this.#contents.self = strict("webContents", this.#contents);
    this.#contents.once("did-finish-load", () => this.emit("ready-to-show"));
    const self = strict("BrowserWindow", this as BrowserWindow);
    windows.add(self);
    openWindows.add(self);
    this.#opened = this.#open(preload);
    standInApp.emit("web-contents-created", preventable({}), this.webContents);
    // oxlint-disable-next-line no-constructor-return -- what the app holds must be the strict one
    return self;
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }

  static fromWebContents(contents: object): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find((window) => window.webContents === contents) ?? null;
  }

  /** The window whose page has that DevTools target or session. */
  static ofPage(id: string): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find(({ page }) => page?.target === id || page?.session === id) ?? null;
  }

  /** Like every property of a closed window in Electron, it throws. */
  get webContents(): StandInWebContents {
    if (this.isDestroyed()) throw new TypeError("Object has been destroyed");
    return this.#contents.self;
  }

  get page(): ChromiumPage | null {
    return this.#page;
  }

  get focusCount(): number {
    return this.#focusCount;
  }

  async loadURL(url: string): Promise<void> {
    const page = await this.#opened;
    await page.load(url);
    await this.#askForPermissions();
  }

  show = (): void => void (this.#visible = true);
  isVisible = (): boolean => this.#visible;
  maximize = (): void => void (this.#maximized = true);
  isMaximized = (): boolean => this.#maximized;
  isMinimized = (): boolean => false;
  isDestroyed = (): boolean => this.#contents.isDestroyed();
  focus = (): void => void (this.#focusCount += 1);
  getNormalBounds = (): Electron.Rectangle => ({ ...this.#bounds });
  getBounds = (): Electron.Rectangle => ({ ...this.#bounds });
  setBounds = (bounds: Partial<Electron.Rectangle>): void => void Object.assign(this.#bounds, bounds);
  getMinimumSize = (): number[] => [this.options.minWidth ?? 0, this.options.minHeight ?? 0];

  close(): void {
    this.emit("close", preventable({}));
    this.#page?.close();
    this.gone();
  }

  /** The page is no more, by `close` or because Chromium ended it. */
  gone(): void {
    if (this.isDestroyed()) return;
    const self = BrowserWindow.fromWebContents(this.#contents.self)!;
    windows.delete(self);
    openWindows.delete(self);
    this.#contents.destroy();
    this.emit("closed");
    if (windows.size === 0) standInApp.emit("window-all-closed");
  }

  async #open(preload: string): Promise<ChromiumPage> {
    const { width, height } = this.#bounds;
    this.#page = await ChromiumPage.open(devtools, this.#contents, { preload, width, height });
    return this.#page;
  }

  /** Asked when the page is there, because the app may look at whose page it is. */
  async #askForPermissions(): Promise<void> {
    for (const [name, asked] of permissions) {
      const granted = permissionAnswers.check(this.webContents as never, asked);
      await devtools.send("Browser.setPermission", { permission: { name }, setting: granted ? "granted" : "denied" });
    }
  }
}

/** The preload's path. A page with fewer walls than these is not what Fourfold opens, nor what can be shown here. */
function preloadOf(preferences: Electron.WebPreferences): string {
  const { preload, ...walls } = preferences;
  const unsafe = Object.entries(walls).filter(
    ([name, value]) => value !== mustBeTrue.has(name) && name !== "spellcheck",
  );
  const isComplete = walls.contextIsolation === true && walls.sandbox === true && walls.nodeIntegration === false;
  if (unsafe.length > 0 || !isComplete || preload === undefined) {
    notImplemented(`webPreferences ${JSON.stringify(preferences)}`);
  }
  return preload;
}

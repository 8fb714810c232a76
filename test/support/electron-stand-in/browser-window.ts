import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { toApp, toChromium } from "./addresses.ts";
import { openWindows, standInApp } from "./app.ts";
import { openBridge } from "./context-bridge.ts";
import type { Devtools } from "./devtools.ts";
import { answerRequest, type PausedRequest } from "./page-requests.ts";
import { plainText } from "./plain.ts";
import { deliverName, type FromWorld, runPreload } from "./preload-world.ts";
import { permissionAnswers } from "./session.ts";
import { preventable, strict, StrictEmitter, notImplemented } from "./strict.ts";
import { StandInWebContents } from "./web-contents.ts";

/** The isolated world of the preload, the binding in it, and a key that the page cannot guess. */
const worldName = "electron-stand-in-preload";
const bindingName = "electronStandInSend";

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
const sessions = new Map<string, BrowserWindow>();

export class BrowserWindow extends StrictEmitter {
  readonly webContents: StandInWebContents;
  readonly #contents = new StandInWebContents();
  readonly #opened: Promise<void>;
  /** As a test may want to see it; Electron keeps it to itself. */
  readonly options: Electron.BrowserWindowConstructorOptions;
  #size: { x: number; y: number; width: number; height: number };
  #visible: boolean;
  #maximized = false;
  #focusCount = 0;
  #shownOnce = false;
  #target = "";
  #session = "";
  #frame = "";
  #requested = "";
  #world = "";

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super("BrowserWindow", ["ready-to-show", "close", "closed"]);
    if (!standInApp.isStarted) throw new Error("Cannot create BrowserWindow before app is ready");
    const { width = 800, height = 600, show = true, x = 0, y = 0, ...others } = options;
    for (const name of Object.keys(others)) if (!knownOptions.includes(name)) notImplemented(`BrowserWindow option ${name}`);
    requireSafe(options.webPreferences ?? {});
    this.options = options;
    this.#size = { x, y, width, height };
    this.#visible = show;
    this.webContents = strict("webContents", this.#contents);
    this.#contents.self = this.webContents;
    const self = strict("BrowserWindow", this as BrowserWindow);
    windows.add(self);
    openWindows.add(self);
    this.#opened = this.#open(options.webPreferences!.preload!);
    standInApp.emit("web-contents-created", preventable({}), this.webContents);
    return self;
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }

  static fromWebContents(contents: object): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find((window) => window.webContents === contents) ?? null;
  }

  /** Windows by the DevTools target that opened another one. */
  static ofTarget(target: string): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find((window) => window.target === target) ?? null;
  }

  static ofSession(session: string): BrowserWindow | null {
    return sessions.get(session) ?? null;
  }

  get target(): string {
    return this.#target;
  }

  get focusCount(): number {
    return this.#focusCount;
  }

  async loadURL(url: string): Promise<void> {
    await this.#opened;
    const loaded = new Promise<void>((resolve) => this.#contents.once("did-finish-load", () => resolve()));
    this.#requested = toChromium(url);
    const { errorText } = await this.#send<{ errorText?: string }>("Page.navigate", { url: this.#requested });
    if (errorText) throw new Error(`${errorText} loading '${url}'`);
    await loaded;
    await this.#askForPermissions();
  }

  show = (): void => void (this.#visible = true);
  isVisible = (): boolean => this.#visible;
  maximize = (): void => void (this.#maximized = true);
  isMaximized = (): boolean => this.#maximized;
  isMinimized = (): boolean => false;
  isDestroyed = (): boolean => !openWindows.has(this);
  focus = (): void => void (this.#focusCount += 1);
  getNormalBounds = (): Electron.Rectangle => ({ ...this.#size });
  getBounds = (): Electron.Rectangle => ({ ...this.#size });
  setBounds = (bounds: Partial<Electron.Rectangle>): void => void Object.assign(this.#size, bounds);
  getMinimumSize = (): number[] => [this.options.minWidth ?? 0, this.options.minHeight ?? 0];
  getTitle = (): string => this.options.title ?? "";

  close(): void {
    this.emit("close", preventable({}));
    void devtools.send("Target.closeTarget", { targetId: this.#target }).catch(() => {});
    this.gone();
  }

  /** The page is no more, by `close` or because Chromium ended it. */
  gone(): void {
    const self = BrowserWindow.ofTarget(this.#target);
    if (self === null) return;
    windows.delete(self);
    openWindows.delete(self);
    this.#contents.deliver = null;
    this.#contents.closePorts();
    this.emit("closed");
    if (windows.size === 0) standInApp.emit("window-all-closed");
  }

  #send<Result = object>(method: string, params: object = {}): Promise<Result> {
    return devtools.send<Result>(method, params, this.#session);
  }

  async #open(preload: string): Promise<void> {
    const { width, height } = this.#size;
    const page = { url: "about:blank", newWindow: true, width, height };
    this.#target = (await devtools.send<{ targetId: string }>("Target.createTarget", page)).targetId;
    const attach = { targetId: this.#target, flatten: true };
    this.#session = (await devtools.send<{ sessionId: string }>("Target.attachToTarget", attach)).sessionId;
    sessions.set(this.#session, this);
    devtools.listen(this.#session, (method, params) => this.#event(method, params));
    await Promise.all(["Page", "Runtime", "Debugger", "DOM"].map((domain) => this.#send(`${domain}.enable`)));
    await this.#send("Fetch.enable", { patterns: [{ urlPattern: "*" }] });
    await this.#send("Runtime.addBinding", { name: bindingName, executionContextName: worldName });
    await this.#injectWorlds(readFileSync(preload, "utf8"));
    const { frameTree } = await this.#send<{ frameTree: { frame: { id: string } } }>("Page.getFrameTree");
    this.#frame = frameTree.frame.id;
  }

  /** Both worlds get their half of the bridge before any script of the page runs; only top frames have a preload. */
  async #injectWorlds(preload: string): Promise<void> {
    const key = randomUUID();
    const inPage = `if (window === top) (${openBridge})("${key}", "page", () => {})`;
    const { platform } = process;
    const names = JSON.stringify({ key, binding: bindingName, deliverName, platform }).slice(1, -1);
    const world = `{ ${names}, openBridge: ${openBridge}, plainText: ${plainText} }`;
    const inPreload = `if (window === top) (${runPreload})(${world}, function (require, module, exports, process) {${preload}\n})`;
    await this.#send("Page.addScriptToEvaluateOnNewDocument", { source: inPage });
    await this.#send("Page.addScriptToEvaluateOnNewDocument", { source: inPreload, worldName });
  }

  #event(method: string, params: never): void {
    const contents = this.#contents;
    if (method === "Runtime.bindingCalled") this.#received(params);
    else if (method === "Runtime.executionContextCreated") this.#worldCreated(params);
    else if (method === "Runtime.executionContextDestroyed") this.#worldDestroyed(params);
    else if (method === "Page.frameNavigated") this.#navigated(params);
    else if (method === "Page.domContentEventFired") contents.emit("dom-ready");
    else if (method === "Page.loadEventFired") this.#loaded();
    else if (method === "Debugger.paused") void this.#tellPath(params);
    else if (method === "Fetch.requestPaused") void this.#request(params);
  }

  #received({ name, payload }: { name: string; payload: string }): void {
    if (name === bindingName) void this.#contents.receive(JSON.parse(payload) as FromWorld);
  }

  #worldCreated({ context }: { context: { name: string; uniqueId: string; auxData: { frameId: string } } }): void {
    if (context.name !== worldName || context.auxData.frameId !== this.#frame) return;
    this.#world = context.uniqueId;
    this.#contents.deliver = (message) => {
      const expression = `${deliverName}(${JSON.stringify(message)})`;
      // A page that is just leaving takes its world with it; what was on its way is lost, as in Electron.
      this.#send("Runtime.evaluate", { uniqueContextId: context.uniqueId, expression }).catch(() => {});
    };
  }

  #worldDestroyed({ executionContextUniqueId }: { executionContextUniqueId: string }): void {
    if (executionContextUniqueId !== this.#world) return;
    this.#contents.deliver = null;
    this.#contents.closePorts();
  }

  #navigated({ frame }: { frame: { url: string; parentId?: string } }): void {
    if (frame.parentId !== undefined) return;
    this.#contents.address = frame.url;
    this.#contents.emit("did-navigate", preventable({}), toApp(frame.url));
  }

  /** Asked when the page is there, because the app may look at whose page it is. */
  async #askForPermissions(): Promise<void> {
    for (const [name, asked] of permissions) {
      const granted = permissionAnswers.check(this.webContents as never, asked);
      await devtools.send("Browser.setPermission", { permission: { name }, setting: granted ? "granted" : "denied" });
    }
  }

  #loaded(): void {
    if (this.#contents.address === "about:blank") return;
    if (!this.#shownOnce) this.emit("ready-to-show");
    this.#shownOnce = true;
    this.#contents.emit("did-finish-load");
  }

  /** webUtils.getPathForFile has paused its world: find out what `file` is and tell it. */
  async #tellPath({ callFrames }: { callFrames: { callFrameId: string }[] }): Promise<void> {
    const { callFrameId } = callFrames[0]!;
    const evaluate = (expression: string) =>
      this.#send<{ result: { objectId: string } }>("Debugger.evaluateOnCallFrame", { callFrameId, expression });
    const { result } = await evaluate("file");
    const { path } = await this.#send<{ path: string }>("DOM.getFileInfo", { objectId: result.objectId });
    await evaluate(`path = ${JSON.stringify(path)}`);
    await this.#send("Debugger.resume");
  }

  async #request(paused: PausedRequest): Promise<void> {
    const page = { contents: this.#contents, frame: this.#frame, requested: this.#requested };
    const answer = await answerRequest(paused, page);
    // The page may have left while its request was looked at.
    await this.#send(answer.method, { requestId: paused.requestId, ...answer.params }).catch(() => {});
  }
}

/** A page with fewer walls than these is not what Fourfold opens, and not what the stand-in can show. */
function requireSafe(preferences: Electron.WebPreferences): void {
  const { preload, ...walls } = preferences;
  const unsafe = Object.entries(walls).filter(([name, value]) => value !== mustBeTrue.has(name));
  const isComplete = walls.contextIsolation === true && walls.sandbox === true && walls.nodeIntegration === false;
  if (unsafe.length > 0 || !isComplete || preload === undefined) notImplemented(`webPreferences ${JSON.stringify(preferences)}`);
}

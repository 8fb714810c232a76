import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { toApp, toChromium } from "./addresses.ts";
import { openBridge } from "./context-bridge.ts";
import type { Devtools } from "./devtools.ts";
import { answerRequest, type PausedRequest } from "./page-requests.ts";
import { plainText } from "./plain.ts";
import { deliverName, type FromWorld, runPreload } from "./preload-world.ts";
import { preventable } from "./strict.ts";
import type { StandInWebContents } from "./web-contents.ts";

/** The isolated world of the preload, and the binding that exists only there. */
const worldName = "electron-stand-in-preload";
const bindingName = "electronStandInSend";

/** One page of Chromium, tied to the web contents the app holds: the preload's world, requests, navigation, loading. */
export class ChromiumPage {
  readonly session: string;
  readonly target: string;
  readonly #devtools: Devtools;
  readonly #contents: StandInWebContents;
  #frame = "";
  #requested = "";
  #world = "";

  private constructor(devtools: Devtools, contents: StandInWebContents, target: string, session: string) {
    this.#devtools = devtools;
    this.#contents = contents;
    this.target = target;
    this.session = session;
  }

  /** Opens a blank page that will run `preload`, a built file, before each page it loads. */
  static async open(
    devtools: Devtools,
    contents: StandInWebContents,
    { preload, width, height }: { preload: string; width: number; height: number },
  ): Promise<ChromiumPage> {
    const blank = { url: "about:blank", newWindow: true, width, height };
    const { targetId } = await devtools.send<{ targetId: string }>("Target.createTarget", blank);
    const attach = { targetId, flatten: true };
    const { sessionId } = await devtools.send<{ sessionId: string }>("Target.attachToTarget", attach);
    const page = new ChromiumPage(devtools, contents, targetId, sessionId);
    devtools.listen(sessionId, (method, params) => page.#event(method, params));
    await Promise.all(["Page", "Runtime", "Debugger", "DOM"].map((domain) => page.#send(`${domain}.enable`)));
    await page.#send("Fetch.enable", { patterns: [{ urlPattern: "*" }] });
    await page.#send("Runtime.addBinding", { name: bindingName, executionContextName: worldName });
    await page.#injectWorlds(readFileSync(preload, "utf8"));
    const { frameTree } = await page.#send<{ frameTree: { frame: { id: string } } }>("Page.getFrameTree");
    page.#frame = frameTree.frame.id;
    return page;
  }

  async load(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => this.#contents.once("did-finish-load", () => resolve()));
    this.#requested = toChromium(url);
    const { errorText } = await this.#send<{ errorText?: string }>("Page.navigate", { url: this.#requested });
    if (errorText) throw new Error(`${errorText} loading '${url}'`);
    await loaded;
  }

  close(): void {
    this.#devtools.send("Target.closeTarget", { targetId: this.target }).catch(() => {});
  }

  #send<Result = object>(method: string, params: object = {}): Promise<Result> {
    return this.#devtools.send<Result>(method, params, this.session);
  }

  /** Both worlds get their half of the bridge before any script of the page runs; only top frames have a preload. */
  async #injectWorlds(preload: string): Promise<void> {
    // The page must not be able to guess by what name the worlds call each other.
    const key = randomUUID();
    const inPage = `if (window === top) (${openBridge})("${key}", "page", () => {})`;
    const { platform } = process;
    const names = JSON.stringify({ key, binding: bindingName, deliverName, platform }).slice(1, -1);
    const world = `{ ${names}, openBridge: ${openBridge}, plainText: ${plainText} }`;
    const program = `function (require, module, exports, process) {${preload}\n}`;
    const inPreload = `if (window === top) (${runPreload})(${world}, ${program})`;
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
    else if (method === "Page.loadEventFired" && contents.address !== "about:blank") contents.emit("did-finish-load");
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
    if (executionContextUniqueId === this.#world) this.#contents.leave();
  }

  #navigated({ frame }: { frame: { url: string; parentId?: string } }): void {
    if (frame.parentId !== undefined) return;
    this.#contents.address = frame.url;
    this.#contents.emit("did-navigate", preventable({}), toApp(frame.url));
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

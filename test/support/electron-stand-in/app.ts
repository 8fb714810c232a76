import { existsSync, mkdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { folderVariable } from "./folder-variable.ts";
import { notImplemented, preventable, strict, StrictEmitter } from "./strict.ts";

/** Everything the stand-in writes; the launcher made it and removes it. */
export const temporaryFolder = process.env[folderVariable] ?? notImplemented(`a start without ${folderVariable}`);

/** Windows as far as the app must know them to quit. */
export const openWindows = new Set<{ close: () => void }>();

/** What is to be done after the app's last event, before the process ends. */
export const lastSteps: (() => Promise<void>)[] = [];

class StandInApp extends StrictEmitter implements Pick<Electron.App, "isPackaged" | "getPath" | "getVersion" | "quit"> {
  readonly isPackaged = false;
  readonly #paths = new Map([["appData", join(temporaryFolder, "appData")]]);
  #ready = false;
  #quitting = false;

  constructor() {
    super("app", [
      "ready",
      "web-contents-created",
      "second-instance",
      "window-all-closed",
      "before-quit",
      "will-quit",
      "quit",
    ]);
  }

  get isStarted(): boolean {
    return this.#ready;
  }

  markReady(): void {
    if (this.#quitting) return;
    this.#ready = true;
    this.emit("ready");
  }

  whenReady(): Promise<void> {
    return this.#ready ? Promise.resolve() : new Promise((done) => this.once("ready", () => done()));
  }

  getVersion(): string {
    return "0.0.0";
  }

  getPath(name: Parameters<Electron.App["getPath"]>[0]): string {
    return this.#paths.get(name) ?? notImplemented(`app.getPath("${name}")`);
  }

  setPath(name: string, path: string): void {
    if (this.#ready) throw new Error("electron stand-in: app.setPath after ready is not implemented");
    this.#paths.set(name, resolve(path));
  }

  setAboutPanelOptions(_options: Electron.AboutPanelOptionsOptions): void {}

  /** A true lock: a file with the holder's process id; others leave a note that the holder watches for. */
  requestSingleInstanceLock(): boolean {
    const folder = join(this.getPath("userData"), "stand-in-lock");
    const holder = join(folder, "holder");
    mkdirSync(folder, { recursive: true });
    try {
      writeFileSync(holder, String(process.pid), { flag: "wx" });
    } catch {
      if (isAlive(Number(readFileSync(holder, "utf8")))) {
        writeFileSync(join(folder, `note-${process.pid}`), JSON.stringify(process.argv));
        return false;
      }
      writeFileSync(holder, String(process.pid));
    }
    watch(folder, (_event, name) => {
      // One note gives several events; whoever removes it has heard it first.
      if (!name?.startsWith("note-") || !existsSync(join(folder, name))) return;
      rmSync(join(folder, name));
      this.emit("second-instance", preventable({}), [], process.cwd(), null);
    }).unref();
    lastSteps.push(async () => rmSync(folder, { recursive: true, force: true }));
    return true;
  }

  /** Electron's order: before-quit, the windows' own close, will-quit, quit; will-quit may hold it. */
  quit(): void {
    if (!this.#quitting) {
      this.#quitting = true;
      const event = preventable({});
      this.emit("before-quit", event);
      if (event.defaultPrevented) notImplemented("before-quit.preventDefault");
      for (const window of openWindows) window.close();
    }
    const event = preventable({});
    this.emit("will-quit", event);
    if (!event.defaultPrevented) void this.#end();
  }

  async #end(): Promise<void> {
    this.emit("quit", preventable({}), 0);
    for (const step of lastSteps) await step();
    process.exit(0);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** For the stand-in's own files; the app under test gets `app`. */
export const standInApp = new StandInApp();

export const app = strict("app", standInApp);

import { app, session } from "electron";
import { setupAppProtocol, setupAppScheme } from "./app-protocol.ts";
import { setupDialogs } from "./dialogs.ts";
import { setupEngine } from "./engine.ts";
import { setupLocations } from "./locations.ts";
import { setupMenu } from "./menu.ts";
import { setupSecurity } from "./security.ts";
import { focusWindow, openWindow } from "./window.ts";

/**
 * The desktop shell, read from top to bottom. It brokers: windows, menus and pickers are here,
 * everything else is asked of the engine, a process of its own.
 */
const locations = setupLocations();

if (app.requestSingleInstanceLock()) start();
else app.quit();

function start(): void {
  setupAppScheme();
  void app.whenReady().then(() => {
    setupSecurity(session.defaultSession);
    setupAppProtocol(locations.rendererFiles);
    setupDialogs();
    setupMenu();
    const engine = setupEngine(locations);
    const window = openWindow(locations.preload, engine);
    app.on("second-instance", () => focusWindow(window));
  });
  app.on("window-all-closed", () => app.quit());
}

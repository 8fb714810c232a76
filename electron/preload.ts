import { contextBridge, ipcRenderer, webUtils } from "electron";
import { channels, type DesktopApi, enginePortMessage, type EngineState } from "./desktop-api.ts";

/** Runs sandboxed in its own world before the page: everything the page gets of the desktop is named here. */

let lastState: EngineState | null = null;
const stateListeners = new Set<(state: EngineState) => void>();

ipcRenderer.on(channels.engineState, (_event, state: EngineState) => {
  lastState = state;
  for (const listener of stateListeners) listener(state);
});

// A port cannot cross contextBridge; a window message to our own origin is the way Electron documents.
ipcRenderer.on(channels.enginePort, (event) => {
  window.postMessage({ type: enginePortMessage }, location.origin, event.ports);
});

const desktop: DesktopApi = {
  platform: process.platform,
  pathForFile: (file) => webUtils.getPathForFile(file),
  pickFiles: (kind) => ipcRenderer.invoke(channels.pickFiles, kind) as Promise<string[]>,
  onEngineState(listener) {
    stateListeners.add(listener);
    // The state may have arrived before the page was ready to listen.
    if (lastState !== null) listener(lastState);
    return () => void stateListeners.delete(listener);
  },
};

contextBridge.exposeInMainWorld("fourfold", desktop);

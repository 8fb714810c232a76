import { BrowserWindow, dialog, type OpenDialogOptions } from "electron";
import { documentExtensions } from "../core/contract/document-formats.ts";
import { channels, type PickKind, pickKinds } from "./desktop-api.ts";
import { handleFromPage } from "./security.ts";

const pickers: Record<PickKind, OpenDialogOptions> = {
  documents: {
    title: "Add documents",
    properties: ["openFile", "multiSelections"],
    filters: [
      { name: "Documents", extensions: [...documentExtensions] },
      { name: "All files", extensions: ["*"] },
    ],
  },
  folder: { title: "Add a folder of documents", properties: ["openDirectory"] },
  model: {
    title: "Add a model or adapter",
    properties: ["openFile"],
    filters: [
      { name: "GGUF models and adapters", extensions: ["gguf"] },
      { name: "All files", extensions: ["*"] },
    ],
  },
};

/** Lets the page ask for files by the system's own picker; it gets absolute paths, never contents. */
export function setupDialogs(): void {
  handleFromPage(channels.pickFiles, async (event, kind) => {
    if (!isPickKind(kind)) throw new Error(`pickFiles takes ${pickKinds.join(", ")}, not ${String(kind)}.`);
    const window = BrowserWindow.fromWebContents(event.sender);
    if (window === null) return [];
    const { canceled, filePaths } = await dialog.showOpenDialog(window, pickers[kind]);
    return canceled ? [] : filePaths;
  });
}

function isPickKind(kind: unknown): kind is PickKind {
  return pickKinds.some((known) => known === kind);
}

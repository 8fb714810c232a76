import { app, type IpcMainInvokeEvent, ipcMain, type Session, type WebContents } from "electron";
import { isOwnUrl } from "./renderer-files.ts";

/**
 * Shuts every way out of the page: it may show itself, talk to the engine through its port, and nothing else.
 * The renderer shows text of foreign documents and models, so a hole in it must lead nowhere.
 */
export function setupSecurity(session: Session): void {
  app.on("web-contents-created", (_event, contents) => confine(contents));
  denyPermissions(session);
  denyForeignRequests(session);
  session.on("will-download", (event) => event.preventDefault());
}

/**
 * `ipcMain.handle` for calls of our own page only. Another page, or a frame inside ours, is refused.
 *
 * Errors lose their fields on this way (electron/electron#24427): what a caller should branch on goes into the result.
 */
export function handleFromPage<Result>(
  channel: string,
  handler: (event: IpcMainInvokeEvent, argument: unknown) => Promise<Result>,
): void {
  ipcMain.handle(channel, async (event, argument: unknown) => {
    const frame = event.senderFrame; // null when the page has left in the meantime
    if (frame === null || frame.parent !== null || !isOwnUrl(frame.url)) {
      throw new Error(`Refused: ${channel} was asked by ${frame?.url ?? "a page that is gone"}.`);
    }
    return handler(event, argument);
  });
}

function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
  const stay = (event: { preventDefault: () => void; url: string }): void => {
    if (!isOwnUrl(event.url)) event.preventDefault();
  };
  contents.on("will-navigate", stay);
  contents.on("will-frame-navigate", stay);
  contents.on("will-redirect", stay);
  contents.on("will-attach-webview", (event) => event.preventDefault());
}

/**
 * Camera, notifications, clipboard reading, devices: a local workbench needs none of them. Only writing plain text to
 * the clipboard stays, which Chromium grants at a click of the user's and the copy buttons of the answers need.
 */
function denyPermissions(session: Session): void {
  const isAllowed = (contents: WebContents | null, permission: string): boolean =>
    permission === "clipboard-sanitized-write" && contents !== null && isOwnUrl(contents.getURL());
  session.setPermissionRequestHandler((contents, permission, answer) => answer(isAllowed(contents, permission)));
  session.setPermissionCheckHandler(isAllowed);
  session.setDevicePermissionHandler(() => false);
}

/** Offline is a property of the product: a request that is not for our own files is never sent. */
function denyForeignRequests(session: Session): void {
  session.webRequest.onBeforeRequest((details, answer) => {
    const allowed =
      isOwnUrl(details.url) || isLocalData(details.url) || (!app.isPackaged && isDeveloperTools(details.url));
    answer({ cancel: !allowed });
  });
}

/** Pictures made in the page itself; the content security policy says where they may be used. */
const isLocalData = (url: string): boolean => url.startsWith("data:") || url.startsWith("blob:app://fourfold/");

const isDeveloperTools = (url: string): boolean => url.startsWith("devtools://");

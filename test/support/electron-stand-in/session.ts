import { standInApp } from "./app.ts";
import { notImplemented, preventable, strict, StrictEmitter } from "./strict.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** What the app registered; the stand-in's windows act on it. */
export const registered = {
  schemes: new Map<string, Electron.Privileges>(),
  handlers: new Map<string, Handler>(),
  permissionRequest: null as Parameters<Electron.Session["setPermissionRequestHandler"]>[0],
  permissionCheck: null as Parameters<Electron.Session["setPermissionCheckHandler"]>[0],
  devicePermission: null as Parameters<Electron.Session["setDevicePermissionHandler"]>[0],
  beforeRequest: null as
    | ((
        details: Electron.OnBeforeRequestListenerDetails,
        answer: (response: Electron.CallbackResponse) => void,
      ) => void)
    | null,
};

export const protocol = strict("protocol", {
  registerSchemesAsPrivileged(schemes: Electron.CustomScheme[]): void {
    if (standInApp.isStarted)
      throw new Error("protocol.registerSchemesAsPrivileged should be called before app is ready");
    for (const { scheme, privileges } of schemes) {
      if (!privileges?.standard || !privileges.secure || privileges.bypassCSP) notImplemented(`the scheme ${scheme}`);
      if (scheme !== "app") notImplemented("a scheme other than app");
      registered.schemes.set(scheme, privileges);
    }
  },
  handle(scheme: string, handler: Handler): void {
    if (!standInApp.isStarted) throw new Error("protocol.handle before app is ready");
    if (!registered.schemes.has(scheme)) throw new Error(`protocol.handle("${scheme}") without privileges`);
    if (registered.handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    registered.handlers.set(scheme, handler);
  },
});

class StandInSession extends StrictEmitter {
  readonly webRequest = strict("session.webRequest", {
    onBeforeRequest(listener: typeof registered.beforeRequest): void {
      registered.beforeRequest = listener;
    },
  });

  constructor() {
    super("session", ["will-download"]);
  }

  setPermissionRequestHandler(handler: typeof registered.permissionRequest): void {
    registered.permissionRequest = handler;
  }

  setPermissionCheckHandler(handler: typeof registered.permissionCheck): void {
    registered.permissionCheck = handler;
  }

  setDevicePermissionHandler(handler: typeof registered.devicePermission): void {
    registered.devicePermission = handler;
  }
}

export const defaultSession = strict("session.defaultSession", new StandInSession());

export const session = strict("session", { defaultSession });

/** Asks the app whether a request may go out at all. */
export function mayBeSent(url: string): Promise<boolean> {
  const { beforeRequest } = registered;
  if (beforeRequest === null) return Promise.resolve(true);
  const details = { url } as Electron.OnBeforeRequestListenerDetails;
  return new Promise((resolve) => beforeRequest(details, ({ cancel }) => resolve(cancel !== true)));
}

/** Asks the app's three permission handlers; Electron grants whatever has no handler. */
export const permissionAnswers = {
  request: (contents: Electron.WebContents, permission: string): Promise<boolean> =>
    new Promise((resolve) => {
      if (registered.permissionRequest === null) return resolve(true);
      registered.permissionRequest(contents, permission as never, resolve, {} as never);
    }),
  check: (contents: Electron.WebContents, permission: string): boolean =>
    registered.permissionCheck?.(contents, permission as never, "", {} as never) ?? true,
  device: (): boolean => registered.devicePermission?.({} as never) ?? true,
};

/** True when the app lets a download start. */
export function mayDownload(url: string): boolean {
  const event = preventable({});
  defaultSession.emit("will-download", event, { getURL: () => url });
  return !event.defaultPrevented;
}

import { protocol } from "electron";
import { serveFile } from "./renderer-files.ts";

/** Names the scheme before the app is ready, which is the only time Chromium takes it. */
export function setupAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: "app", privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the built renderer under `app://fourfold/`. Call when the app is ready. */
export function setupAppProtocol(rendererFiles: string): void {
  protocol.handle("app", (request) => serveFile(request, rendererFiles));
}

import { readFile } from "node:fs/promises";
import { extname, join, resolve, sep } from "node:path";

/** The one page of the app. Its own scheme, because file:// pages may read every file of the user. */
export const pageUrl = "app://fourfold/";

const contentTypes: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};

/** Inline styles are Mantine's: it sets custom properties on elements. Nothing else is inline, nothing is remote. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const headers = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  // The files change with the next version while their address stays.
  "cache-control": "no-cache",
};

/** True for an address of the app's own page or files. */
export function isOwnUrl(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return url.protocol === "app:" && url.host === "fourfold" && url.username === "" && url.port === "";
}

/**
 * Answers with a file of `folder`, and with 403, 404 or 405 for everything else.
 * Every answer carries the content security policy, so that an error page is no way around it.
 */
export async function serveFile(request: Request, folder: string): Promise<Response> {
  if (!isOwnUrl(request.url)) return refuse(403);
  if (request.method !== "GET") return refuse(405);
  const path = pathInside(folder, new URL(request.url).pathname);
  if (path === null) return refuse(403);
  try {
    const body = await readFile(path);
    const contentType = contentTypes[extname(path)] ?? "application/octet-stream";
    return new Response(body, { headers: { ...headers, "content-type": contentType } });
  } catch {
    return refuse(404);
  }
}

/** The file an address path names, or null when it would lie outside of `folder` or cannot be a name at all. */
export function pathInside(folder: string, pathname: string): string | null {
  let name: string;
  try {
    name = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  // Windows takes a backslash for a separator and a colon for a drive or stream, also where URL parsing did not.
  if (/[\\:\0]/.test(name)) return null;
  const path = resolve(join(folder, name.endsWith("/") ? `${name}index.html` : name));
  return path.startsWith(resolve(folder) + sep) ? path : null;
}

function refuse(status: 403 | 404 | 405): Response {
  return new Response(null, { status, headers });
}

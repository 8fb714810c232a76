import { toApp } from "./addresses.ts";
import { mayBeSent, registered } from "./session.ts";
import { preventable } from "./strict.ts";
import { observed, type StandInWebContents } from "./web-contents.ts";

export interface PausedRequest {
  requestId: string;
  request: { url: string; method: string; headers: Record<string, string>; postData?: string };
  resourceType: string;
  frameId: string;
}

interface Page {
  contents: StandInWebContents;
  frame: string;
  /** The address the app itself asked for: loading it is no navigation of the page's. */
  requested: string;
}

/** Puts every request of a page before the app, in Electron's order: navigation, webRequest, protocol handler. */
export async function answerRequest(paused: PausedRequest, page: Page): Promise<{ method: string; params: object }> {
  const { request } = paused;
  const url = toApp(request.url);
  if (paused.resourceType === "Document" && !mayNavigate(url, paused, page)) return refuse(url, "Aborted");
  if (!(await mayBeSent(url))) return refuse(url, "BlockedByClient");
  const handler = registered.handlers.get(new URL(url).protocol.slice(0, -1));
  if (handler === undefined) return refuse(url, "NameNotResolved");
  const { method, headers, postData: body } = request;
  const response = await handler(new Request(url, { method, headers, ...(body === undefined ? {} : { body }) }));
  const content = Buffer.from(await response.arrayBuffer());
  return {
    method: "Fetch.fulfillRequest",
    params: {
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
      body: content.toString("base64"),
    },
  };
}

function mayNavigate(url: string, { frameId, request }: PausedRequest, { contents, frame, requested }: Page): boolean {
  const isMainFrame = frameId === frame;
  if (isMainFrame && request.url === requested) return true;
  const event = preventable({ url, isMainFrame });
  contents.emit("will-frame-navigate", event);
  if (isMainFrame) contents.emit("will-navigate", event, url);
  return !event.defaultPrevented;
}

function refuse(url: string, reason: string) {
  observed.blockedRequests.push({ url, reason });
  return { method: "Fetch.failRequest", params: { errorReason: reason } };
}

import { randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open, rename, rm, rmdir } from "node:fs/promises";
import { basename, join, parse } from "node:path";
import { pipeline } from "node:stream/promises";
import fastifyCookie from "@fastify/cookie";
import fastifyStatic from "@fastify/static";
import type { AnyRouter } from "@orpc/server";
import { RPCHandler } from "@orpc/server/fastify";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { FourfoldError } from "../contract/failures.ts";
import { doorOptions, type LogDefect } from "./wire-failures.ts";

export interface HttpDoorOptions {
  router: AnyRouter;
  /** The built renderer. */
  rendererFolder: string;
  /** Where dropped files without a path of their own are kept. */
  filesFolder: string;
  /** 0 takes a free port. */
  port: number;
  logDefect: LogDefect;
}

export interface HttpDoor {
  port: number;
  /** The address to open once: its token becomes a session cookie. */
  address: string;
  /** For programs of the same user, such as the command line. */
  bearerToken: string;
  close: () => Promise<void>;
}

/** Only what the page itself brings; no inline script, nothing from elsewhere. Mantine writes inline styles. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/**
 * The contract and the renderer over HTTP on this machine's loopback interface.
 *
 * Any web page in the user's browser can send requests to a local port, so a session is required (a
 * one-time token in the printed address is exchanged for a cookie that scripts cannot read), `Host` must
 * name the loopback address (against DNS rebinding) and `Origin`, where a browser sends it, this very server.
 *
 * @throws port_unavailable
 */
export async function openHttpDoor(options: HttpDoorOptions): Promise<HttpDoor> {
  // Looked up by value: they are random, used once, and the look-up is over before a guess could be timed.
  const unused = new Set<string>();
  const used = new Set<string>();
  const session = randomBytes(24).toString("base64url");
  const bearerToken = randomBytes(24).toString("base64url");
  const server = Fastify({ forceCloseConnections: true, bodyLimit: 32 * 1024 * 1024 });
  let port = 0;
  const newAddress = (): string => {
    const token = randomBytes(24).toString("base64url");
    unused.add(token);
    return `http://127.0.0.1:${port}/?token=${token}`;
  };
  // Browsers keep cookies per host, not per port: two workbenches must not overwrite each other's.
  const cookieName = (): string => `fourfold_${port}`;

  await server.register(fastifyCookie);
  await server.register(fastifyStatic, { root: options.rendererFolder, index: false });
  // Bodies are read by who they are for: oRPC decodes its own, files are streamed to disk.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", (_request, _payload, done) => done(null));

  server.addHook("onRequest", async (request, reply) => {
    void reply.headers({
      "content-security-policy": CONTENT_SECURITY_POLICY,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
    const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
    if (!hosts.includes(request.headers.host ?? "")) return refuse(reply, 403, "This address is not served here.");
    const { origin } = request.headers;
    if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) {
      return refuse(reply, 403, "Requests from other pages are not answered.");
    }
    if (isEntrance(request)) return enter(request, reply);
    if (!isAuthorized(request)) {
      return refuse(reply, 401, "Open the address that Fourfold printed when it started; it lets this browser in.");
    }
  });

  const isEntrance = (request: FastifyRequest): boolean =>
    request.method === "GET" && request.url.startsWith("/?") && new URLSearchParams(request.url.slice(2)).has("token");

  /** Exchange the token of the printed address for a session, once; who has the session already just comes in. */
  async function enter(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (!hasSession(request)) {
      const token = new URLSearchParams(request.url.slice(2)).get("token") ?? "";
      if (used.has(token)) {
        return refuse(reply, 403, "This address was used already. Run npm start once more for a new one.");
      }
      if (!unused.delete(token)) {
        return refuse(reply, 403, "This address is not the one that Fourfold printed. Copy it again, to its end.");
      }
      used.add(token);
      void reply.setCookie(cookieName(), session, { httpOnly: true, sameSite: "strict", path: "/" });
    }
    return reply.redirect("/", 303);
  }

  const hasSession = (request: FastifyRequest): boolean => equal(request.cookies[cookieName()] ?? "", session);
  const isAuthorized = (request: FastifyRequest): boolean =>
    hasSession(request) || equal(request.headers.authorization ?? "", `Bearer ${bearerToken}`);

  // For programs that hold the bearer token: a second `npm start` lets another browser in.
  server.post("/entrance", () => ({ address: newAddress() }));

  const handler = new RPCHandler(options.router, doorOptions(options.logDefect));
  server.all("/rpc/*", async (request, reply) => {
    const { matched } = await handler.handle(request, reply, { prefix: "/rpc", context: {} });
    if (!matched) void reply.status(404).send("There is no such call.");
  });
  server.put<{ Querystring: { name?: string; batch?: string } }>("/files", async (request, reply) => {
    const name = safeName(String(request.query.name ?? ""));
    if (name === null) return refuse(reply, 400, "The file needs a name that this machine can keep.");
    return { path: await receiveFile(request, options.filesFolder, name, String(request.query.batch ?? "")) };
  });
  server.get("/", (_request, reply) => reply.sendFile("index.html"));
  server.setErrorHandler((error: Error & { statusCode?: number; code?: string }, request, reply) => {
    if (request.raw.destroyed && request.raw.readableAborted) return reply.hijack();
    if (error.statusCode !== undefined && error.statusCode < 500) return refuse(reply, error.statusCode, error.message);
    if (error.code === "ENOSPC") return refuse(reply, 507, "There is no room left on the disk for this file.");
    const logId = options.logDefect(error);
    return refuse(reply, 500, `Something went wrong inside Fourfold (log entry ${logId}).`);
  });

  await server.listen({ host: "127.0.0.1", port: options.port }).catch((error: unknown) => {
    throw portUnavailable(options.port, error);
  });
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  port = address.port;
  return {
    port,
    address: newAddress(),
    bearerToken,
    close: () => server.close(),
  };
}

/** Longest name that every common file system keeps, with room for what is appended while the file arrives. */
const LONGEST_NAME_BYTES = 240;

/** The last part of whatever was sent as a name, null when that names no file. */
function safeName(given: string): string | null {
  const name = basename(given.replaceAll("\\", "/"));
  const isPossible = name !== "" && name !== "." && name !== ".." && !name.includes("\0");
  return isPossible && Buffer.byteLength(name) <= LONGEST_NAME_BYTES ? name : null;
}

/**
 * Keep a dropped file: browsers hand over bytes, never a path. Files of one drop share a folder; one whose
 * name is taken there gets a number, so that no document silently replaces another. An upload that breaks off
 * leaves nothing.
 */
async function receiveFile(request: FastifyRequest, folder: string, name: string, batch: string): Promise<string> {
  const target = join(folder, /^[\w-]{1,64}$/.test(batch) ? batch : randomUUID());
  await mkdir(target, { recursive: true });
  const path = await reserve(target, name);
  const partial = `${path}.receiving`;
  try {
    await pipeline(request.raw, createWriteStream(partial));
    await rename(partial, path);
    return path;
  } catch (error) {
    await Promise.all([rm(partial, { force: true }), rm(path, { force: true })]);
    // Only when nothing else of the drop lies in it.
    await rmdir(target).catch(() => {});
    throw error;
  }
}

/** Take a free name in a folder, for this upload alone. */
async function reserve(folder: string, name: string): Promise<string> {
  const { name: stem, ext } = parse(name);
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? name : `${stem} (${number})${ext}`);
    try {
      await (await open(path, "wx")).close();
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

function portUnavailable(port: number, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "EADDRINUSE" && code !== "EACCES") return error;
  const reason = code === "EADDRINUSE" ? "another program uses it" : "this user may not";
  return new FourfoldError({
    code: "port_unavailable",
    message: `Port ${port} of this machine cannot be used: ${reason}.`,
    action: "Name another one with --port, or leave it out to get a free one.",
    details: { port, reason },
  });
}

/** In constant time, so that the answer's delay tells nothing about the secret. */
function equal(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

function refuse(reply: FastifyReply, status: number, sentence: string): FastifyReply {
  return reply.status(status).type("text/plain; charset=utf-8").send(`${sentence}\n`);
}

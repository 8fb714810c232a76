import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough, type Readable } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { httpClient } from "../../core/serve/clients.ts";
import { type HttpDoor, openHttpDoor } from "../../core/serve/http-door.ts";
import { type OpenEngine, openEngine } from "../support/open-engine.ts";
import { fileFolder } from "../support/temporary-folder.ts";

const folder = fileFolder();
const rendererFolder = join(folder, "renderer");
const filesFolder = join(folder, "files");
const settingsCall = { method: "POST", path: "/rpc/workspace/settings", body: `{"json":{}}` };

let opened: OpenEngine;
let door: HttpDoor;
let token: string;

beforeAll(async () => {
  mkdirSync(join(rendererFolder, "assets"), { recursive: true });
  writeFileSync(join(rendererFolder, "index.html"), "<title>Fourfold</title>");
  writeFileSync(join(rendererFolder, "assets", "app.js"), "run();");
  writeFileSync(join(folder, "secret.txt"), "not for the browser");
  opened = await openEngine({ workspace: join(folder, "workspace") });
});
afterAll(() => opened[Symbol.asyncDispose]());

beforeEach(async () => {
  const { router, logDefect } = opened.engine;
  const own = await openHttpDoor({ router, logDefect, rendererFolder, filesFolder, port: 0 });
  door = own;
  token = new URL(own.address).searchParams.get("token")!;
  return () => own.close();
});

describe("the HTTP door", () => {
  test("exchanges its token once for a session that scripts cannot read", async () => {
    const entered = await send({ path: `/?token=${token}` });
    const cookie = entered.headers["set-cookie"]![0]!;

    expect(entered.status).toBe(303);
    expect(entered.headers.location).toBe("/");
    expect(cookie).toMatch(new RegExp(`^fourfold_${door.port}=[\\w-]{32}; Path=/; HttpOnly; SameSite=Strict$`));
    const page = await send({ path: "/", headers: { cookie: cookie.split(";")[0]! } });
    expect(page).toMatchObject({ status: 200, body: "<title>Fourfold</title>" });
  });

  test("refuses a token that was used, and one that was made up", async () => {
    await send({ path: `/?token=${token}` });

    expect((await send({ path: `/?token=${token}` })).status).toBe(403);
    expect((await send({ path: `/?token=${token.slice(1)}x` })).status).toBe(403);
    expect((await send({ path: "/?token=" })).status).toBe(403);
  });

  test("lets a browser that has the session in again with the old address", async () => {
    const session = await enter();

    expect((await send({ path: `/?token=${token}`, headers: session })).status).toBe(303);
  });

  test("answers nobody without a session", async () => {
    for (const path of ["/", "/assets/app.js", "/rpc/workspace/settings", "/files?name=a.txt", "/nowhere"]) {
      const { status, body } = await send({ path });
      expect({ path, status }).toEqual({ path, status: 401 });
      expect(body).toContain("Open the address that Fourfold printed");
    }
    expect((await send({ ...settingsCall, headers: { authorization: "Bearer guess" } })).status).toBe(401);
    expect((await send({ ...settingsCall, headers: { cookie: `fourfold_${door.port}=guess` } })).status).toBe(401);
  });

  test("answers only under its own name, so that no foreign name can be pointed at it", async () => {
    const session = await enter();
    for (const host of ["evil.example", `evil.example:${door.port}`, "127.0.0.1", `127.0.0.1:${door.port + 1}`, ""]) {
      expect({ host, status: (await send({ path: "/", headers: { ...session, host } })).status }).toEqual({
        host,
        status: 403,
      });
    }

    expect((await send({ path: "/", headers: { ...session, host: `localhost:${door.port}` } })).status).toBe(200);
  });

  test("answers no other page, even with the session", async () => {
    const session = await enter();
    for (const origin of [
      "https://evil.example",
      "null",
      `http://127.0.0.1:${door.port + 1}`,
      `https://127.0.0.1:${door.port}`,
    ]) {
      const { status } = await send({ ...settingsCall, headers: { ...session, origin } });
      expect({ origin, status }).toEqual({ origin, status: 403 });
    }

    const own = await send({ ...settingsCall, headers: { ...session, origin: `http://127.0.0.1:${door.port}` } });
    expect(own.status).toBe(200);
  });

  test("lets programs of the same user in with the bearer token", async () => {
    const client = httpClient({ port: door.port, token: door.bearerToken });

    expect(await client.workspace.settings({})).toMatchObject({ theme: "system" });
  });

  test("answers a request that means nothing in words", async () => {
    const session = await enter();
    const garbled = await send({ ...settingsCall, headers: session, body: "{ no json" });
    const unknown = await send({ ...settingsCall, headers: session, path: "/rpc/workspace/guess" });

    for (const { status, body } of [garbled, unknown]) {
      expect(status).toBe(400);
      expect(JSON.parse(body).json).toMatchObject({
        code: "FAILURE",
        data: { code: "bad_request", action: expect.stringMatching(/.+/) },
      });
      expect(body).not.toMatch(/\bat |node_modules/);
    }
  });

  test("sends its policy with every answer", async () => {
    const session = await enter();
    for (const answer of [await send({ path: "/", headers: session }), await send({ path: "/" })]) {
      const policy = answer.headers["content-security-policy"];
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("object-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(answer.headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
      });
    }
  });

  test("serves the renderer and nothing beside it", async () => {
    const session = await enter();
    expect(await send({ path: "/assets/app.js", headers: session })).toMatchObject({ status: 200, body: "run();" });
    for (const path of [
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/assets/..%5c..%5csecret.txt",
      "//etc/passwd",
    ]) {
      const { status, body } = await send({ path, headers: session });
      expect(status, path).toBeGreaterThanOrEqual(400);
      expect(body).not.toContain("not for the browser");
    }
  });

  test("listens on the loopback interface only", async () => {
    const others = Object.values(networkInterfaces()).flatMap((addresses) =>
      (addresses ?? []).filter(({ internal, family }) => !internal && family === "IPv4"),
    );

    expect(await canConnect("127.0.0.1")).toBe(true);
    for (const { address } of others)
      expect({ address, open: await canConnect(address) }).toEqual({ address, open: false });
  });

  test("says in words that a port is taken", async () => {
    const { router, logDefect } = opened.engine;
    const second = openHttpDoor({ router, logDefect, rendererFolder, filesFolder, port: door.port });

    await expect(second).rejects.toMatchObject({ failure: { code: "port_unavailable", details: { port: door.port } } });
  });
});

describe("a file dropped into the browser", () => {
  const received = (): string[] =>
    existsSync(filesFolder) ? readdirSync(filesFolder, { recursive: true, encoding: "utf8" }).toSorted() : [];

  test("is streamed to disk as it comes", async () => {
    const session = await enter();
    const half = Buffer.alloc(4 << 20, "fourfold ");
    const body = new PassThrough();
    const answer = send({ method: "PUT", path: "/files?name=large.txt&batch=large", headers: session, body });
    const partial = join(filesFolder, "large", "large.txt.receiving");

    body.write(half);
    await expect.poll(() => existsSync(partial) && statSync(partial).size).toBe(half.length);
    body.end(half);
    expect(await answer).toMatchObject({
      status: 200,
      body: JSON.stringify({ path: join(filesFolder, "large", "large.txt") }),
    });
    expect(readFileSync(join(filesFolder, "large", "large.txt"))).toEqual(Buffer.concat([half, half]));
    expect(existsSync(partial)).toBe(false);
  });

  test("keeps its place inside the workspace whatever its name says", async () => {
    const session = await enter();
    const names = {
      "../../escaped.txt": "escaped.txt",
      "/etc/passwd": "passwd",
      "..\\..\\escaped.txt": "escaped.txt",
      "C:\\x\\y.md": "y.md",
    };
    for (const [name, kept] of Object.entries(names)) {
      const { status, body } = await put(session, { name, batch: "../../.." }, "text");
      const { path } = JSON.parse(body) as { path: string };

      expect(status).toBe(200);
      expect(dirname(dirname(path))).toBe(filesFolder);
      expect(path.endsWith(`/${kept}`)).toBe(true);
    }
    expect(existsSync(join(folder, "escaped.txt"))).toBe(false);
  });

  test("needs a name that can be one", async () => {
    const session = await enter();
    const before = received();
    for (const name of ["", ".", "..", "a/..", "nul\0l.txt", "x".repeat(300)])
      expect({ name, status: (await put(session, { name }, "text")).status }).toEqual({ name, status: 400 });
    expect((await send({ method: "PUT", path: "/files", headers: session, body: "text" })).status).toBe(400);
    expect(
      (await send({ method: "PUT", path: "/files?name=a.txt&name=b.txt", headers: session, body: "text" })).status,
    ).toBeLessThan(500);
    expect(received().filter((path) => !before.includes(path) && !path.includes("a.txt"))).toHaveLength(1);
  });

  test("never replaces another of the same name and drop", async () => {
    const session = await enter();
    const paths: string[] = [];
    for (const text of ["first", "second"]) {
      const { body } = await put(session, { name: "same.txt", batch: "one-drop" }, text);
      paths.push((JSON.parse(body) as { path: string }).path);
    }

    expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual(["first", "second"]);
  });

  test("leaves nothing when its upload breaks off", async () => {
    const session = await enter();
    const before = received();
    const headers = { ...session, host: `127.0.0.1:${door.port}`, "content-length": "1000000" };
    const upload = request({
      port: door.port,
      host: "127.0.0.1",
      method: "PUT",
      path: "/files?name=half.txt&batch=broken",
      headers,
    });
    upload.on("error", () => {});
    upload.write("only the beginning");
    await expect.poll(received).toContain("broken/half.txt.receiving");
    upload.destroy();

    await expect.poll(received).toEqual(before);
  });
});

const put = (session: Record<string, string>, query: Record<string, string>, body: string) =>
  send({ method: "PUT", path: `/files?${new URLSearchParams(query)}`, headers: session, body });

/** The session of a browser that opened the printed address. */
async function enter(): Promise<Record<string, string>> {
  const { headers } = await send({ path: `/?token=${token}` });
  return { cookie: headers["set-cookie"]![0]!.split(";")[0]! };
}

/** One request exactly as written: nothing tidies its path or headers. */
function send(given: {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Readable;
}): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  const { method = "GET", path, headers = {}, body } = given;
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    headers: IncomingHttpHeaders;
    body: string;
  }>();
  const typed =
    typeof body === "string" && method === "POST" ? { "content-type": "application/json", ...headers } : headers;
  const sent = request(
    { host: "127.0.0.1", port: door.port, method, path, headers: typed, setHost: headers["host"] === undefined },
    (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
    },
  );
  sent.on("error", reject);
  if (typeof body === "object") body.pipe(sent);
  else sent.end(body);
  return promise;
}

function canConnect(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: door.port, timeout: 1000 });
    const answer = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket
      .on("connect", () => answer(true))
      .on("error", () => answer(false))
      .on("timeout", () => answer(false));
  });
}

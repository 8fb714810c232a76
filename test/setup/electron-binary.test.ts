import { createHash } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, onTestFinished, test } from "vitest";
import { fetchElectron, installedElectron, rememberedFailure } from "../../scripts/setup/electron-binary.mjs";
import { zipOf } from "../support/zip.ts";

const version = JSON.parse(readFileSync("node_modules/electron/package.json", "utf8")).version as string;
const archive = zipOf({ electron: "#!/bin/sh\necho I stand for Electron\n", version: version, LICENSE: "MIT" });

/**
 * Electron's package as npm installs it, with its own installer, fetching from a server of ours instead of GitHub.
 * @param answer what the server does with the request for the archive
 */
async function electronFrom(answer: RequestListener) {
  mkdirSync("test-output", { recursive: true });
  // Inside the project, so that the installer finds what it requires in our node_modules.
  const folder = mkdtempSync(join(process.cwd(), "test-output", "electron-"));
  for (const file of ["package.json", "install.js"]) cpSync(join("node_modules/electron", file), join(folder, file));
  const name = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  writeFileSync(
    join(folder, "checksums.json"),
    JSON.stringify({ [name]: createHash("sha256").update(archive).digest("hex") }),
  );
  const server = createServer(answer).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const env = {
    ...process.env,
    ELECTRON_MIRROR: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    electron_config_cache: join(folder, "cache"),
  };
  const note = join(folder, "note.json");
  return {
    folder,
    env,
    note,
    // Long enough for its installer to start on a busy machine.
    fetch: (answerWithinMs = 15_000) => fetchElectron(process.execPath, { folder, env, note, answerWithinMs }),
  };
}

// The stand-in archive has Linux's layout.
describe.runIf(process.platform === "linux")("Electron's executable", () => {
  test("is fetched, checked and unpacked by its own installer", async () => {
    const { folder, env, note, fetch } = await electronFrom((_request, response) => response.end(archive));
    expect(installedElectron(folder, env)).toBeNull();

    expect(await fetch()).toEqual({ binary: join(folder, "dist", "electron") });
    expect(installedElectron(folder, env)).toBe(join(folder, "dist", "electron"));
    expect(rememberedFailure(note)).toBeNull();
  });

  test("may take its time, as long as it comes", async () => {
    const { folder, fetch } = await electronFrom((_request, response) => {
      response.writeHead(200, { "content-length": archive.length });
      const step = Math.ceil(archive.length / 8);
      // Longer in all than what is allowed without an answer.
      for (let part = 0; part < 8; part++) {
        setTimeout(() => response.write(archive.subarray(part * step, (part + 1) * step)), part * 700);
      }
    });

    expect(await fetch(4000)).toEqual({ binary: join(folder, "dist", "electron") });
  });

  test.each<[string, RequestListener, string]>([
    ["a server that never answers", () => {}, "its download server did not answer"],
    ["a server without it", (_request, response) => response.writeHead(404).end(), "its download server answered 404"],
    ["a server that is gone", (request) => request.socket.destroy(), "its download server is out of reach"],
    [
      "other bytes than were published",
      (_request, response) => response.end(zipOf({ electron: "evil" })),
      "Generated checksum",
    ],
  ])("is given up on at %s, and that is remembered", async (title, answer, reason) => {
    const { folder, env, note, fetch } = await electronFrom(answer);

    const result = await (title === "a server that never answers" ? fetch(1000) : fetch());

    expect(result).toEqual({ binary: null, reason: expect.stringContaining(reason) });
    expect(rememberedFailure(note)).toContain(reason);
    expect(installedElectron(folder, env)).toBeNull();
  });

  test("that is only half there does not count", async () => {
    const { folder, env } = await electronFrom(() => {});
    mkdirSync(join(folder, "dist"));
    writeFileSync(join(folder, "dist", "electron"), "");
    chmodSync(join(folder, "dist", "electron"), 0o755);
    writeFileSync(join(folder, "dist", "version"), version);
    expect(installedElectron(folder, env)).toBeNull(); // the installer writes path.txt last

    writeFileSync(join(folder, "path.txt"), "electron");
    expect(installedElectron(folder, env)).not.toBeNull();

    writeFileSync(join(folder, "dist", "version"), "1.0.0");
    expect(installedElectron(folder, env)).toBeNull();
  });
});

import { spawnSync } from "node:child_process";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { offlineCommand, whyNotOffline } from "../../scripts/setup/offline-namespace.mjs";

const reason = whyNotOffline();

/** Listens on loopback and answers itself, then tries an address outside (TEST-NET-1, which nobody has). */
const program = `
  const net = require("node:net");
  const server = net.createServer((socket) => socket.end("x")).listen(0, "127.0.0.1", () => {
    net.connect(server.address().port, "127.0.0.1").on("data", () => {
      net.connect(80, "192.0.2.1").on("error", (error) => { console.log("loopback", error.code); process.exit(3); });
    });
  });
`;

describe.skipIf(reason !== null)(`a command without a network${reason === null ? "" : ` (${reason})`}`, () => {
  test("has loopback and nothing else, and ends with its own exit code", () => {
    const { command, args } = offlineCommand(process.execPath, ["-e", program]);

    const run = spawnSync(command, args, { encoding: "utf8" });

    expect({ out: run.stdout.trim(), code: run.status }).toEqual({ out: "loopback ENETUNREACH", code: 3 });
  });

  test("needs no privileges: anyone else gets a user namespace around it", () => {
    expect(offlineCommand("true", [], 1000).args.slice(0, 2)).toEqual(["--user", "--map-root-user"]);
    expect(offlineCommand("true", [], 0).args[0]).toBe("--net");
  });
});

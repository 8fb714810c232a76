import { describe, expect, test } from "vitest";
import { chooseFace, whyNoWindow } from "../../scripts/setup/face.mjs";

// A Linux desktop on which everything is as Electron wants it; each row changes what its title says.
const desktop = {
  platform: "linux",
  env: { DISPLAY: ":0" },
  uid: 1000,
  userNamespaces: true,
  electronBinary: "/opt/electron",
};

describe("the face npm start shows", () => {
  test.each([
    ["a Linux desktop", {}],
    ["a Wayland desktop", { env: { WAYLAND_DISPLAY: "wayland-0" } }],
    ["a Mac, which needs neither DISPLAY nor namespaces", { platform: "darwin", env: {}, userNamespaces: false }],
    ["Windows, which has no user numbers", { platform: "win32", env: {}, uid: undefined, userNamespaces: false }],
    ["a display forwarded through SSH", { env: { SSH_CONNECTION: "…", DISPLAY: "localhost:10" } }],
  ])("is the window on %s", (_title, change) => {
    expect(chooseFace({ ...desktop, ...change })).toEqual({ face: "electron", binary: "/opt/electron" });
  });

  test.each([
    ["without a display", { env: {} }, "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)"],
    ["as root", { uid: 0 }, "the desktop window is not opened as root, where its sandbox cannot work"],
    [
      "without user namespaces",
      { userNamespaces: false },
      "this Linux does not allow user namespaces, which the window's sandbox needs",
    ],
    [
      "in a remote session",
      { platform: "darwin", env: { SSH_CONNECTION: "…" } },
      "this is a remote session (SSH) without a display",
    ],
    ["when asked for", { asked: "--no-open" }, "--no-open asks for it"],
    ["without Electron's binary", { electronBinary: null }, "Electron's binary is not installed"],
    [
      "when the binary could not be fetched",
      { electronBinary: null, electronMissing: "Electron could not be fetched" },
      "Electron could not be fetched",
    ],
  ])("is the browser %s, and says why", (_title, change, reason) => {
    expect(chooseFace({ ...desktop, ...change })).toEqual({ face: "browser", reason });
  });

  test("leaves the download untried where no window could be shown anyway", () => {
    expect(whyNoWindow({ ...desktop, uid: 0 })).not.toBeNull();
    expect(whyNoWindow(desktop)).toBeNull();
  });
});

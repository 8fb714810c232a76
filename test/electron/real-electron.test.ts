import { _electron } from "playwright-core";
import { installedElectron } from "../../scripts/setup/electron-binary.mjs";
import { sandboxWorks, whyNoWindow } from "../../scripts/setup/face.mjs";
import type { AppFolder } from "../support/desktop-fixture/lay-out.ts";
import { describeDesktop } from "../support/desktop-specification.ts";
import type { DesktopApp } from "../support/electron-stand-in/launch.ts";

const binary = installedElectron();
const reason = whyNot();

// The same promises as on the stand-in; what only Electron can show (its own scheme, sandbox and windows) is in them.
describeDesktop("the desktop shell on Electron itself", reason === null ? launch : null);
if (reason !== null) process.stderr.write(`Tests on Electron itself are skipped: ${reason}.\n`);

function whyNot(): string | null {
  const { platform, env } = process;
  const userNamespaces = sandboxWorks(binary);
  const noWindow = whyNoWindow({ platform, env, uid: process.getuid?.(), userNamespaces });
  return binary === null ? "its binary is not installed" : noWindow;
}

async function launch({ root, workspace }: AppFolder): Promise<DesktopApp> {
  const app = await _electron.launch({
    executablePath: binary!,
    args: [root, "--workspace", workspace],
    env: { ...process.env, FOURFOLD_NODE: process.execPath } as Record<string, string>,
  });
  const child = app.process();
  const ended = new Promise<{ code: number | null }>((resolve) => child.once("exit", (code) => resolve({ code })));
  return {
    page: await app.firstWindow(),
    pid: child.pid!,
    evaluate: app.evaluate.bind(app) as unknown as DesktopApp["evaluate"],
    async close() {
      await app.close();
      return ended;
    },
  };
}

import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where a workspace lies when none is named: the platform's place for an application's data, or
 * `FOURFOLD_WORKSPACE`.
 */
export function defaultWorkspace(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env["FOURFOLD_WORKSPACE"]) return env["FOURFOLD_WORKSPACE"];
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", "Fourfold");
  if (platform === "win32") return join(env["APPDATA"] ?? join(homedir(), "AppData", "Roaming"), "Fourfold");
  return join(env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "fourfold");
}

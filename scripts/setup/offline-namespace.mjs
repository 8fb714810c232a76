// A network namespace with loopback and nothing else: Linux only, by util-linux's unshare and iproute2's ip.
import { spawnSync } from "node:child_process";
import process from "node:process";

/** Why a command cannot be run without a network here, or null when it can. Tried for real, not guessed. */
export function whyNotOffline() {
  if (process.platform !== "linux") return `network namespaces are Linux's, and this is ${process.platform}`;
  const { command, args } = offlineCommand("true", []);
  const trial = spawnSync(command, args, { encoding: "utf8", timeout: 5000 });
  if (trial.error) return `${command} was not found`;
  if (trial.status !== 0) return `a network namespace could not be made (${trial.stderr.trim().split("\n")[0]})`;
  return null;
}

/**
 * The command that runs `command` without a network. As root a namespace is made directly; anyone else needs a user
 * namespace around it, in which they look like root to the kernel but own nothing more than before.
 * @param {string} command
 * @param {string[]} args
 */
export function offlineCommand(command, args, uid = process.getuid?.()) {
  const asUser = uid === 0 ? [] : ["--user", "--map-root-user"];
  return {
    command: "unshare",
    // exec, so that signals and the exit code are the command's own.
    args: [...asUser, "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", command, ...args],
  };
}

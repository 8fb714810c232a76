// Finding npm, and saying in words what went wrong when it fails.
import { basename } from "node:path";
import process from "node:process";

/** How to call npm: the one that is running us, else the one on the PATH. */
export function npmCommand(env = process.env, platform = process.platform) {
  // npm_execpath is also set by pnpm and yarn, whose lock files are not ours.
  if (env.npm_execpath && basename(env.npm_execpath) === "npm-cli.js") {
    // Not process.execPath: in an npm script that may be the Node inside node_modules, which `npm ci` is about to remove.
    return { command: env.npm_node_execpath ?? process.execPath, args: [env.npm_execpath], shell: false };
  }
  // npm.cmd can only be started through a shell since CVE-2024-27980.
  return { command: "npm", args: [], shell: platform === "win32" };
}

/** @type {[pattern: RegExp, sentence: string][]} what npm prints → what a person can do about it; first match wins */
const explanations = [
  [/ENOSPC|no space left/i, "The disk is full: set-up needs about 1 GB in this folder and 0.4 GB in npm's cache."],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|EHOSTUNREACH/,
    "The npm registry did not answer. Check the network, and behind a proxy `npm config get proxy` and `registry`.",
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_VERIFY_LEAF|CERT_HAS_EXPIRED/,
    "The npm registry's certificate was not trusted. Behind a proxy that re-signs traffic, set `npm config set cafile`.",
  ],
  [/EINTEGRITY/, "A downloaded package did not match its hash. Run `npm cache verify`."],
  [
    /EACCES|EPERM/,
    "A file could not be written: this folder or npm's cache belongs to someone else, or a file is in use.",
  ],
  [/EUSAGE|in sync/, "package.json and package-lock.json disagree. Run `npm run lock`, or restore both from git."],
  [/E401|E403/, "The npm registry refused access. Check `npm config get registry` and its credentials."],
  [
    /E404|ETARGET/,
    "The npm registry lacks a package this version needs. If `npm config get registry` is a mirror, try npm's own.",
  ],
];

/** One sentence for a failed `npm ci`. */
export function explainNpmFailure(code, output) {
  if (code === 127) return "npm was not found. Install Node together with npm from https://nodejs.org.";
  const known = explanations.find(([pattern]) => pattern.test(output));
  const lastError = output.match(/^npm error (?!A complete log)(.+)$/gim)?.[0] ?? `npm ended with code ${code}.`;
  return known ? known[1] : lastError;
}

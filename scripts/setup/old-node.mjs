// Imported first by every command: a Node too old for npm's own tools is told so in words instead of a syntax error.
import process from "node:process";

/** Whether `version` ("20.19.1") can run set-up: vite and vitest need the 20.19 line or 22.12. */
export function canRunSetUp(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
}

if (!canRunSetUp(process.versions.node)) {
  process.stderr.write(
    `This is Node ${process.versions.node}; Fourfold needs 20.19 or newer (21 and 22.0 to 22.11 lack what it uses). ` +
      "Install a current Node from https://nodejs.org and run the same command again.\n",
  );
  process.exit(1);
}

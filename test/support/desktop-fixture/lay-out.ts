import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = import.meta.dirname;
const repository = join(here, "..", "..", "..");

export interface AppFolder extends Disposable {
  root: string;
  /** Electron's entry: the built main.js. */
  main: string;
  workspace: string;
}

/** Lays an app out as in a clone: the shell as it is shipped, with the fixture's page and engine in their places. */
export async function layOutFixture(): Promise<AppFolder> {
  const folder = emptyApp();
  mkdirSync(join(folder.root, "renderer", "dist"), { recursive: true });
  copyFileSync(join(here, "index.html"), join(folder.root, "renderer", "dist", "index.html"));
  await build({
    entryPoints: [fileURLToPath(new URL("./page.ts", import.meta.url))],
    outfile: join(folder.root, "renderer", "dist", "page.js"),
    bundle: true,
    format: "esm",
    logLevel: "warning",
  });
  mkdirSync(join(folder.root, "core"));
  const engine = new URL("./engine.ts", import.meta.url);
  writeFileSync(join(folder.root, "core", "main.ts"), `import ${JSON.stringify(engine.href)};\n`);
  return folder;
}

/** The same with the product's own page, built here, and its own engine. */
export function layOutProduct(): AppFolder {
  const folder = emptyApp();
  const vite = join(repository, "node_modules", "vite", "bin", "vite.js");
  const outDir = join(folder.root, "renderer", "dist");
  execFileSync(process.execPath, [vite, "build", "--outDir", outDir, "--logLevel", "error"], { cwd: repository });
  for (const part of ["core", "models", "node_modules"]) {
    symlinkSync(join(repository, part), join(folder.root, part), "junction");
  }
  return folder;
}

function emptyApp(): AppFolder {
  const root = mkdtempSync(join(tmpdir(), "fourfold-desktop-"));
  const outdir = join(root, "electron", "dist");
  execFileSync(process.execPath, [join(repository, "electron", "build.mjs"), "--outdir", outdir]);
  writeFileSync(
    join(root, "package.json"),
    JSON.stringify({ name: "fourfold", type: "module", main: "electron/dist/main.js" }),
  );
  return {
    root,
    main: join(outdir, "main.js"),
    workspace: join(root, "workspace"),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  };
}

import { existsSync } from "node:fs";
import process from "node:process";

/** Path of a Chromium-class browser for the browser tests, or null. `FOURFOLD_CHROMIUM` names one; else the usual places. */
export const chromium: string | null = findChromium();

/** What every launch of it needs here: no sandbox when root (it cannot have one), and no calls home. */
export const chromiumArgs: string[] = [
  "--headless",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];

export const howToGetOne =
  "No Chromium was found: install one (Debian: apt install chromium) or set FOURFOLD_CHROMIUM to its path.";

function findChromium(): string | null {
  const { env } = process;
  if (env.FOURFOLD_CHROMIUM) return existsSync(env.FOURFOLD_CHROMIUM) ? env.FOURFOLD_CHROMIUM : null;
  const programs = [env.PROGRAMFILES, env["PROGRAMFILES(X86)"], env.LOCALAPPDATA].filter(
    (folder) => folder !== undefined,
  );
  const places = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ...programs.flatMap((folder) => [
      `${folder}\\Chromium\\Application\\chrome.exe`,
      `${folder}\\Google\\Chrome\\Application\\chrome.exe`,
      `${folder}\\Microsoft\\Edge\\Application\\msedge.exe`,
    ]),
  ];
  return places.find((place) => existsSync(place)) ?? null;
}

import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A place on the screen in device-independent pixels. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where the window stood when it was last closed; without x and y the system chooses. */
export interface WindowBounds {
  width: number;
  height: number;
  x?: number;
  y?: number;
  maximized: boolean;
}

/** Four answers side by side, read without scrolling sideways. */
export const defaultBounds: WindowBounds = { width: 1280, height: 860, maximized: false };
export const smallestSize = { width: 760, height: 560 };

/** At least this much of the window must be on a screen, or its title bar could not be grabbed. */
const VISIBLE_PIXELS = 120;

/** The remembered bounds, or the default ones when there are none, they are damaged, or their screen is gone. */
export function readBounds(file: string, screens: Area[]): WindowBounds {
  try {
    const saved = JSON.parse(readFileSync(file, "utf8")) as Partial<WindowBounds>;
    const { width, height, x, y, maximized } = saved;
    if (!isSize(width, smallestSize.width) || !isSize(height, smallestSize.height)) return defaultBounds;
    const size = { width, height, maximized: maximized === true };
    if (!Number.isInteger(x) || !Number.isInteger(y)) return size;
    const place = { x: x!, y: y! };
    return isVisible({ ...place, width, height }, screens) ? { ...size, ...place } : size;
  } catch {
    return defaultBounds; // The first start, or a file somebody edited.
  }
}

/** Remembers where the window stands; that it could not be written is no reason to disturb anybody. */
export function writeBounds(file: string, bounds: WindowBounds): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(bounds));
    renameSync(`${file}.new`, file);
  } catch (error) {
    console.error(`The window's size could not be remembered: ${String(error)}`);
  }
}

function isSize(value: unknown, smallest: number): value is number {
  return Number.isInteger(value) && (value as number) >= smallest && (value as number) <= 20_000;
}

function isVisible(window: Area, screens: Area[]): boolean {
  return screens.some((screen) => {
    const width = Math.min(window.x + window.width, screen.x + screen.width) - Math.max(window.x, screen.x);
    const isTopReachable = window.y >= screen.y && window.y < screen.y + screen.height - VISIBLE_PIXELS;
    return width >= VISIBLE_PIXELS && isTopReachable;
  });
}

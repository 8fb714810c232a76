import { readable } from "../report.ts";
import type { Measure } from "./models-bench.ts";
import { isMet, type MeasuredShare, type Share } from "./share.ts";

export interface Measured {
  bench: string;
  shares: MeasuredShare[];
  times: Measure[];
  /** How long it took itself. */
  seconds: number;
}

/** Every number as a line of one Markdown table, with its interval and what was promised. */
export function table(measured: Measured[]): string {
  const rows = measured.flatMap(({ bench, shares, times }) => [
    ...shares.map((share) => [
      `${bench}: ${share.name}`,
      `${share.right} of ${share.of}`,
      percent(share.share),
      `${percent(share.interval.low)} – ${percent(share.interval.high)}`,
      verdict(share.goal, share.met, percent),
    ]),
    ...times.map(({ name, value, p95, unit, goal }) => [
      `${bench}: ${name}`,
      "",
      `${readable(value)} ${unit}`,
      p95 === null ? "" : `95 % under ${readable(p95)}`,
      verdict(goal, isMet(value, goal), (limit) => `${readable(limit)} ${unit}`),
    ]),
  ]);
  const header = ["measured", "n", "value", "95 % interval", "goal"];
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return `${[line(header), rule, ...rows.map(line)].join("\n")}\n`;
}

const percent = (share: number): string => (Number.isNaN(share) ? "—" : `${(100 * share).toFixed(0)} %`);

function verdict(goal: Share["goal"], met: boolean | null, inWords: (limit: number) => string): string {
  if (goal === null || met === null) return "";
  const limit = "atLeast" in goal ? `≥ ${inWords(goal.atLeast)}` : `≤ ${inWords(goal.atMost)}`;
  return `${limit} ${met ? "met" : "MISSED"}`;
}

import { execFileSync } from "node:child_process";
import { cpus, loadavg, platform, release, totalmem } from "node:os";
import { appVersion } from "../core/version.ts";
import type { Figure } from "./claim.ts";

/** What the figures were measured on; without it they mean nothing. */
export interface Machine {
  processor: string;
  cores: number;
  memoryGigabytes: number;
  system: string;
  node: string;
  /** Processes that wanted a core, over the last minute: above `cores` the machine was busy with other work. */
  loadBefore: number;
  loadAfter: number;
}

export interface Report {
  fourfold: string;
  commit: string | null;
  date: string;
  machine: Machine;
  figures: Figure[];
}

export function reportOf(figures: Figure[], loadBefore: number): Report {
  const cores = cpus();
  return {
    fourfold: appVersion,
    commit: commitOrNull(),
    date: new Date().toISOString(),
    machine: {
      processor: cores[0]?.model.trim() ?? "unknown",
      cores: cores.length,
      memoryGigabytes: Math.round(totalmem() / 2 ** 30),
      system: `${platform()} ${release()} ${process.arch}`,
      node: process.version,
      loadBefore,
      loadAfter: loadavg()[0]!,
    },
    figures,
  };
}

/** The figures as a Markdown table: it reads well on a terminal and in RESULTS.md alike. */
export function table({ date, fourfold, machine, figures }: Report): string {
  const rows = figures.map((figure) => [
    `${figure.claim}: ${figure.name}`,
    `${readable(figure.value)} ${figure.unit}`.trim(),
    figure.range === null ? "" : `${readable(figure.range.least)} – ${readable(figure.range.most)}`,
    figure.p95 === null ? "" : readable(figure.p95),
    figure.goalAtMost === null
      ? ""
      : `≤ ${readable(figure.goalAtMost)} ${figure.value <= figure.goalAtMost ? "met" : "MISSED"}`,
    String(figure.n),
  ]);
  const header = ["figure", "median", "least – most", "p95", "goal", "n"];
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  const load = `load ${machine.loadBefore.toFixed(1)} before, ${machine.loadAfter.toFixed(1)} after`;
  return [
    `Fourfold ${fourfold}, ${date.slice(0, 10)}: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGigabytes} GiB, ${machine.system}, Node ${machine.node}; ${load}`,
    "",
    line(header),
    rule,
    ...rows.map(line),
    "",
    ...explanations(figures),
    "",
  ].join("\n");
}

/** How each figure was measured; figures measured in one go share a line. */
function explanations(figures: Figure[]): string[] {
  const names = new Map<string, string[]>();
  for (const { claim, name, how } of figures) names.set(how, [...(names.get(how) ?? []), `${claim}: ${name}`]);
  return [...names].map(([how, measured]) => `- ${measured.join(" · ")} — ${how}.`);
}

/** Three digits that mean something, never an exponent. */
export function readable(value: number): string {
  if (!Number.isFinite(value)) return "—";
  const decimals = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en", { maximumFractionDigits: Math.min(decimals, 4) });
}

function commitOrNull(): string | null {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: import.meta.dirname, encoding: "utf8" }).trim();
  } catch {
    return null; // a release without its history
  }
}

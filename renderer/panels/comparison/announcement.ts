import { type Arm, ARMS } from "../../../core/contract/index.ts";
import { armNames } from "../../parts/arms.ts";
import type { ArmStatus, ComparisonView } from "./comparison-state.ts";

/** What a screen reader says while the panes fill, and once they have settled; empty while there is nothing to say. */
export function announcement(view: ComparisonView): string {
  if (view.status === "idle" || view.status === "failed") return "";
  if (view.status === "running") {
    const latest = view.order.findLast((arm) => view.arms[arm].answer !== null);
    return latest === undefined ? "Asking." : `${armNames[latest]} has ${outcomes[view.arms[latest].status]}.`;
  }
  const having = (status: ArmStatus): Arm[] => view.order.filter((arm) => view.arms[arm].status === status);
  const [done, failed, stopped] = [having("done"), having("failed"), having("stopped")];
  // A stored comparison does not say which arms were asked: fewer than four are named, never called all.
  if (done.length === ARMS.length) return "All answers are there.";
  return [
    done.length === 0 ? "No answer is there." : `${names(done)} ${done.length === 1 ? "has" : "have"} answered.`,
    failed.length > 0 && `${names(failed)} failed.`,
    stopped.length > 0 && `${names(stopped)} stopped.`,
  ]
    .filter((sentence) => sentence !== false)
    .join(" ");
}

const outcomes: Partial<Record<ArmStatus, string>> = { done: "answered", failed: "failed", stopped: "stopped" };

const names = (arms: readonly Arm[]): string => new Intl.ListFormat("en").format(arms.map((arm) => armNames[arm]));

import type { Decision, DraftedPair } from "../../../core/contract/index.ts";

export type ReviewFilter = "all" | "open" | "accepted" | "rejected" | "edited" | "problems";

/** What a person decided in this window, shown before the engine has said so too. */
export type Decided = ReadonlyMap<number, { decision: Decision; answer?: string }>;

export const isEdited = ({ answer, drafted }: DraftedPair): boolean => answer !== drafted;

/** An answer that somebody has to look at twice, or that is missing. */
export const hasProblem = ({ isCut, failure, answer, drafted }: DraftedPair): boolean =>
  (isCut && answer === drafted) || (failure !== null && answer === null);

const passes: Record<ReviewFilter, (pair: DraftedPair) => boolean> = {
  all: () => true,
  open: ({ decision, answer }) => decision === "open" && answer !== null,
  accepted: ({ decision }) => decision === "accepted",
  rejected: ({ decision }) => decision === "rejected",
  edited: isEdited,
  problems: hasProblem,
};

export const withDecided = (pairs: readonly DraftedPair[], decided: Decided): DraftedPair[] =>
  pairs.map((pair) => ({ ...pair, ...decided.get(pair.position) }));

/** Prompts whose turn has not come are not shown: there is nothing to decide. */
const isWritten = ({ answer, failure }: DraftedPair): boolean => answer !== null || failure !== null;

export function shownPairs(pairs: readonly DraftedPair[], filter: ReviewFilter, search: string): DraftedPair[] {
  const words = search.trim().toLowerCase();
  const holds = ({ messages, answer }: DraftedPair): boolean =>
    words === "" ||
    [...messages.map(({ content }) => content), answer ?? ""].some((text) => text.toLowerCase().includes(words));
  return pairs.filter((pair) => isWritten(pair) && passes[filter](pair) && holds(pair));
}

export const countPairs = (pairs: readonly DraftedPair[], filter: ReviewFilter): number =>
  pairs.filter((pair) => isWritten(pair) && passes[filter](pair)).length;

/**
 * The pair that is looked at after `steps` in what is shown, which may have changed under it.
 *
 * @returns null when nothing is shown
 */
export function neighbour(shown: readonly DraftedPair[], current: number | null, steps: number): number | null {
  if (shown.length === 0) return null;
  if (current === null) return shown[0]!.position;
  const at = shown.findIndex(({ position }) => position >= current);
  const index = at === -1 ? shown.length - 1 : at + steps;
  return shown[Math.min(shown.length - 1, Math.max(0, index))]!.position;
}

export type ReviewCommand = "next" | "previous" | "accept" | "reject" | "edit" | "reopen";

const commands: Record<string, ReviewCommand> = {
  j: "next",
  ArrowDown: "next",
  k: "previous",
  ArrowUp: "previous",
  a: "accept",
  r: "reject",
  e: "edit",
  o: "reopen",
};

/** What a key means while answers are looked through; null while something is typed, or with a modifier. */
export function commandOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">, isTyping: boolean) {
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return null;
  return commands[event.key] ?? commands[event.key.toLowerCase()] ?? null;
}

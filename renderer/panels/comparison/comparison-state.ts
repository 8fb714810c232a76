import {
  type Arm,
  type ArmAnswer,
  ARMS,
  type AskProgress,
  type Comparison,
  type Failure,
  type LoadProgress,
  type Retrieval,
} from "../../../core/contract/index.ts";

/** Where one arm stands. `absent`: it was not asked. */
export type ArmStatus = "absent" | "queued" | "prefill" | "streaming" | "done" | "failed" | "stopped";

export interface ArmView {
  arm: Arm;
  status: ArmStatus;
  text: string;
  thoughts: string;
  /** While the prompt is being read. */
  prefill: { doneTokens: number; promptTokens: number; etaMs: number | null } | null;
  /** Complete, with its numbers, once it has settled. */
  answer: ArmAnswer | null;
}

/** One question and its four panes, as far as is known. */
export interface ComparisonView {
  status: "idle" | "running" | "done" | "stopped" | "failed";
  question: string;
  comparisonId: string | null;
  threadId: string | null;
  replayOf: string | null;
  seed: number | null;
  loading: LoadProgress | null;
  isSearching: boolean;
  retrieval: Retrieval | null;
  arms: Record<Arm, ArmView>;
  /** In the order they run. */
  order: Arm[];
  /** Of the whole question; an arm's own is in its answer. */
  failure: Failure | null;
  /** As it was stored. */
  stored: Comparison | null;
  /** Earlier turns of the same thread, oldest first. */
  earlier: Comparison[];
}

export type ComparisonEvent =
  | { type: "asked"; question: string; arms: Arm[]; isFollowUp: boolean }
  | { type: "replayed"; original: Comparison }
  | { type: "progress"; progress: AskProgress }
  | { type: "finished"; comparison: Comparison }
  | { type: "opened"; comparison: Comparison; earlier: Comparison[] }
  | { type: "failed"; failure: Failure }
  | { type: "stopped" }
  | { type: "cleared" };

export const emptyComparison: ComparisonView = {
  status: "idle",
  question: "",
  comparisonId: null,
  threadId: null,
  replayOf: null,
  seed: null,
  loading: null,
  isSearching: false,
  retrieval: null,
  arms: panes(() => "absent"),
  order: [],
  failure: null,
  stored: null,
  earlier: [],
};

/** What the panes show after an event; the only place where a comparison's view changes. */
export function comparisonReducer(view: ComparisonView, event: ComparisonEvent): ComparisonView {
  switch (event.type) {
    case "asked":
      return {
        ...running(event.question, event.arms),
        threadId: event.isFollowUp ? view.threadId : null,
        earlier: event.isFollowUp ? withTurn(view) : [],
      };
    case "replayed":
      return {
        ...running(
          event.original.question,
          event.original.arms.map(({ arm }) => arm),
        ),
        replayOf: event.original.id,
        retrieval: event.original.retrieval,
        seed: event.original.seed,
      };
    case "progress":
      return view.status === "running" ? afterProgress(view, event.progress) : view;
    case "finished":
      return { ...withMissingArms(fromStored(event.comparison), view.order), earlier: view.earlier };
    case "opened":
      return { ...fromStored(event.comparison), earlier: event.earlier };
    case "failed":
      return { ...settleOpenArms(view, "absent"), status: "failed", failure: event.failure };
    case "stopped":
      return view.status === "running" ? { ...settleOpenArms(view, "stopped"), status: "stopped" } : view;
    case "cleared":
      return emptyComparison;
  }
}

/** The thread a question continues, to ask it there again; null for one that began its own. */
export const continuedThread = ({ threadId, earlier }: ComparisonView): string | null =>
  earlier.length > 0 ? threadId : null;

function running(question: string, arms: Arm[]): ComparisonView {
  return {
    ...emptyComparison,
    status: "running",
    question,
    order: arms,
    arms: panes((arm) => (arms.includes(arm) ? "queued" : "absent")),
  };
}

function afterProgress(view: ComparisonView, progress: AskProgress): ComparisonView {
  switch (progress.type) {
    case "loading":
      return { ...view, loading: progress.progress };
    case "started": {
      const { comparisonId, threadId, seed, arms } = progress;
      return { ...view, loading: null, comparisonId, threadId, seed, order: arms, arms: running("", arms).arms };
    }
    case "retrieving":
      return { ...view, isSearching: true };
    case "retrieved":
      return { ...view, isSearching: false, retrieval: progress.retrieval };
    case "prefill": {
      const { doneTokens, promptTokens, etaMs } = progress;
      return withArm(view, progress.arm, { status: "prefill", prefill: { doneTokens, promptTokens, etaMs } });
    }
    case "text": {
      const { text } = view.arms[progress.arm];
      return withArm(view, progress.arm, { status: "streaming", prefill: null, text: text + progress.delta });
    }
    case "thought": {
      const { thoughts } = view.arms[progress.arm];
      return withArm(view, progress.arm, { status: "streaming", prefill: null, thoughts: thoughts + progress.delta });
    }
    case "answered":
      return withArm({ ...view, isSearching: false }, progress.answer.arm, settled(progress.answer));
  }
}

const withArm = (view: ComparisonView, arm: Arm, change: Partial<ArmView>): ComparisonView => ({
  ...view,
  arms: { ...view.arms, [arm]: { ...view.arms[arm], ...change } },
});

/** The answer as it was stored replaces what was streamed: it is the one that can be repeated. */
function settled(answer: ArmAnswer): ArmView {
  const { arm, text, thoughts } = answer;
  return { arm, status: settledStatus(answer), text, thoughts, prefill: null, answer };
}

function settledStatus({ stopReason, failure }: ArmAnswer): ArmStatus {
  if (failure !== null || stopReason === "failed") return "failed";
  return stopReason === "stopped" ? "stopped" : "done";
}

function fromStored(comparison: Comparison): ComparisonView {
  const arms = panes(() => "absent");
  for (const answer of comparison.arms) arms[answer.arm] = settled(answer);
  return {
    ...emptyComparison,
    status: comparison.arms.some(({ stopReason }) => stopReason === "stopped") ? "stopped" : "done",
    question: comparison.question,
    comparisonId: comparison.id,
    threadId: comparison.threadId,
    replayOf: comparison.replayOf,
    seed: comparison.seed,
    retrieval: comparison.retrieval,
    arms,
    order: comparison.arms.map(({ arm }) => arm),
    stored: comparison,
  };
}

/** An arm that was asked and has no stored answer did not get its turn. */
function withMissingArms(stored: ComparisonView, asked: readonly Arm[]): ComparisonView {
  const missing = asked.filter((arm) => !stored.order.includes(arm));
  if (missing.length === 0) return stored;
  const arms = { ...stored.arms };
  for (const arm of missing) arms[arm] = { ...arms[arm], status: "stopped" };
  return { ...stored, status: "stopped", arms, order: [...stored.order, ...missing] };
}

/** Arms that were still waiting or running when the question ended. */
function settleOpenArms(view: ComparisonView, status: ArmStatus): ComparisonView {
  const arms = { ...view.arms };
  for (const arm of ARMS) {
    const pane = arms[arm];
    if (pane.status === "queued" || pane.status === "prefill" || pane.status === "streaming") {
      arms[arm] = { ...pane, status: pane.text === "" ? status : "stopped", prefill: null };
    }
  }
  return { ...view, arms, loading: null, isSearching: false };
}

const withTurn = (view: ComparisonView): Comparison[] =>
  view.stored === null ? view.earlier : [...view.earlier, view.stored];

function panes(status: (arm: Arm) => ArmStatus): Record<Arm, ArmView> {
  const pane = (arm: Arm): ArmView => ({
    arm,
    status: status(arm),
    text: "",
    thoughts: "",
    prefill: null,
    answer: null,
  });
  return { base: pane("base"), adapter: pane("adapter"), rag: pane("rag"), combined: pane("combined") };
}

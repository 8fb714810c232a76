import { Button, VisuallyHidden } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useRef, useState } from "react";
import type { Arm, Citation, Comparison, ModelInfo, Passage, RetrievalFilter } from "../../../core/contract/index.ts";
import { useEngine } from "../../engine/engine-context.tsx";
import { ARMS_IN_GRID, armNames } from "../../parts/arms.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { LoadingLine } from "../../parts/LoadingLine.tsx";
import type { InspectorTarget } from "../retrieval/InspectorDrawer.tsx";
import { named } from "../retrieval/use-retrieval-views.ts";
import { collectionIdsOf } from "../workspace/picks.ts";
import type { Workspace } from "../workspace/use-workspace.ts";
import { announcement } from "./announcement.ts";
import { AnswerDetails } from "./AnswerDetails.tsx";
import { ArmGrid } from "./ArmGrid.tsx";
import type { AskSettings } from "./ask-settings.ts";
import { changedArms } from "./changed-arms.ts";
import styles from "./ComparisonPanel.module.css";
import { type ComparisonView, continuedThread } from "./comparison-state.ts";
import { QuestionBox } from "./QuestionBox.tsx";
import { RetrievalLine } from "./RetrievalLine.tsx";
import { ExpectedAnswer, SampleQuestions } from "./SampleQuestions.tsx";
import type { ComparisonHandle, Question } from "./use-comparison.ts";

interface ComparisonPanelProps {
  workspace: Workspace;
  comparison: ComparisonHandle;
  askSettings: AskSettings;
  /** As far as it is typed. */
  question: string;
  onQuestion: (question: string) => void;
  onOpenCitation: (citation: Citation) => void;
  onOpenPassage: (passage: Passage) => void;
  /** Where passages may come from. */
  filter: RetrievalFilter;
  /** Picks again what a comparison was asked with, its filter included. */
  onPickAsAsked: (comparison: Comparison) => void;
  onExplain: (target: InspectorTarget) => void;
}

/** One question and its four answers. */
export function ComparisonPanel({
  workspace,
  comparison,
  askSettings,
  question,
  onQuestion,
  onOpenCitation,
  onOpenPassage,
  filter,
  onPickAsAsked,
  onExplain,
}: ComparisonPanelProps) {
  const { picks, samples, models } = workspace;
  const { client } = useEngine();
  const { view } = comparison;
  const [detailsOf, setDetailsOf] = useState<Arm | null>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const isRunning = view.status === "running";
  useHotkeys([
    ["/", () => void (isCovered() || input.current?.focus())],
    ...ARMS_IN_GRID.map((arm, index): [string, () => void] => [
      String(index + 1),
      () => void (isCovered() || document.getElementById(`arm-${arm}`)?.focus()),
    ]),
  ]);
  // Also from inside the question box.
  useHotkeys([["Escape", () => void (isRunning && !isCovered() && comparison.stop())]], [], true);

  function ask(text: string, more: Partial<Question> = {}): void {
    const { seed, temperature, maxTokens, topK, arms, reuse } = askSettings;
    comparison.ask({
      question: text,
      arms,
      reuse,
      filter,
      adapters: picks.adapters,
      collectionId: picks.collectionId,
      otherCollectionIds: picks.otherCollectionIds,
      ...(picks.modelId !== null && { modelId: picks.modelId }),
      ...(seed !== null && { seed }),
      ...(temperature !== null && { temperature }),
      ...(maxTokens !== null && { maxTokens }),
      ...(topK !== null && { topK }),
      ...more,
    });
  }

  function explain(): void {
    if (searchedIds.length === 0) return;
    onExplain({
      collections: named(workspace.collections, searchedIds),
      question: view.question,
      modelId: view.stored?.modelId ?? picks.modelId,
      adapters: (view.stored?.adapters ?? picks.adapters).map(({ modelId, scale }) => ({ modelId, scale })),
      retrieval: view.retrieval,
    });
  }

  const searchedIds = collectionIdsOf(view.stored ?? picks);
  const usesSamples = samples.collectionId !== null && picks.collectionId === samples.collectionId;
  // At the first start the samples are still being imported; a question about them would fail.
  const pickedIds = collectionIdsOf(picks);
  const hasChunks = workspace.collections.some(({ id, chunkCount }) => pickedIds.includes(id) && chunkCount > 0);
  const sample = usesSamples ? samples.questions.find((candidate) => candidate.question === view.question) : undefined;
  const stale =
    view.stored === null || isRunning || view.stored.turn > 0 ? [] : changedArms(view.stored, picks, filter);
  const continued = continuedThread(view);
  const answer = detailsOf === null ? null : view.arms[detailsOf].answer;

  return (
    <main className={styles.panel} aria-label="Comparison">
      {view.status === "idle" && (
        <VisuallyHidden>
          <h1>Ask a question, compare four answers</h1>
        </VisuallyHidden>
      )}
      <QuestionBox
        inputRef={input}
        value={question}
        onChange={onQuestion}
        isRunning={isRunning}
        blockedBy={whyBlocked(client !== null, picks.modelId !== null)}
        canFollowUp={view.threadId !== null && view.replayOf === null && view.stored !== null}
        onAsk={(isFollowUp) => {
          ask(question, isFollowUp && view.threadId !== null ? { threadId: view.threadId } : {});
          onQuestion("");
        }}
        onStop={comparison.stop}
      />
      {view.status === "idle" && usesSamples && hasChunks && (
        <SampleQuestions questions={samples.questions} onAsk={ask} />
      )}
      {view.status !== "idle" && <QuestionLine view={view} onReplay={comparison.replay} onClear={comparison.clear} />}
      {sample !== undefined && view.status !== "idle" && <ExpectedAnswer sample={sample} />}
      {view.loading !== null && <LoadingLine progress={view.loading} what="the model" />}
      {view.failure !== null && (
        <FailureNotice failure={view.failure}>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => ask(view.question, continued === null ? {} : { threadId: continued })}
          >
            Ask again
          </Button>
        </FailureNotice>
      )}
      {stale.length > 0 && view.stored !== null && (
        <div className={styles.stale} role="status">
          <span>What you picked has changed since; {staleWords(stale)} would run again.</span>
          <Button
            size="compact-sm"
            variant="light"
            onClick={() => ask(view.question, { seed: view.stored!.seed, arms: view.order })}
          >
            Ask again
          </Button>
          <Button size="compact-sm" variant="subtle" onClick={() => onPickAsAsked(view.stored!)}>
            Pick as it was asked
          </Button>
        </div>
      )}
      <RetrievalLine
        retrieval={view.retrieval}
        isSearching={view.isSearching}
        isReplay={view.replayOf !== null}
        onOpenPassage={onOpenPassage}
        onExplain={() => explain()}
        onWholeDocuments={() => ask(view.question, { wholeDocuments: true })}
      />
      <ArmGrid
        view={view}
        adapterWords={adapterWords(view.stored?.adapters ?? picks.adapters, models)}
        documentWords={
          named(workspace.collections, searchedIds)
            .map(({ name }) => name)
            .join(", ") || "none picked"
        }
        onOpenCitation={onOpenCitation}
        onOpenDetails={setDetailsOf}
      />
      <AnswerDetails answer={answer} comparison={view.stored} onClose={() => setDetailsOf(null)} />
      <VisuallyHidden>
        <p role="status">{announcement(view)}</p>
      </VisuallyHidden>
    </main>
  );
}

interface QuestionLineProps {
  view: ComparisonView;
  onReplay: ComparisonHandle["replay"];
  onClear: () => void;
}

/** The question that is being answered, with what can be done with it. */
function QuestionLine({ view, onReplay, onClear }: QuestionLineProps) {
  const { stored } = view;
  return (
    <div className={styles.questionLine}>
      <h1 className={styles.question}>{view.question}</h1>
      <span className={styles.facts}>
        {view.replayOf !== null && "Replay · "}
        {view.earlier.length > 0 && `Follow-up ${view.earlier.length} · `}
        {view.seed !== null && `seed ${view.seed}`}
      </span>
      {stored !== null && view.replayOf === null && (
        <Button size="compact-sm" variant="subtle" onClick={() => onReplay(stored)}>
          Replay
        </Button>
      )}
      {view.status !== "running" && (
        <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
          Clear
        </Button>
      )}
    </div>
  );
}

function adapterWords(picked: readonly { modelId: string; scale: number }[], models: readonly ModelInfo[]): string {
  if (picked.length === 0) return "none picked";
  return picked
    .map(({ modelId, scale }) => `${models.find(({ id }) => id === modelId)?.name ?? "removed"} × ${scale}`)
    .join(", ");
}

/** While a drawer or picker is open the keys are its own: the Escape that shuts a passage must not stop the answers. */
const isCovered = (): boolean => document.querySelector('[role="dialog"]') !== null;

const staleWords = (arms: readonly Arm[]): string =>
  arms.length === ARMS_IN_GRID.length
    ? "all four arms"
    : new Intl.ListFormat("en").format(arms.map((arm) => armNames[arm]));

/** What keeps every question from being asked; null when nothing does. */
function whyBlocked(isConnected: boolean, hasModel: boolean): string | null {
  if (!isConnected) return "The engine is starting.";
  return hasModel ? null : "Add a base model first: drop a GGUF file anywhere in this window.";
}

import { Button, Progress, VisuallyHidden } from "@mantine/core";
import type { Failure } from "../../../core/contract/index.ts";
import type { TrainingRun } from "../../../core/contract/training.ts";
import { ConfirmButton } from "../../parts/ConfirmButton.tsx";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { formatBytes, formatEta, formatSpeed, plural } from "../../parts/format.ts";
import { LossChart } from "./LossChart.tsx";
import { ResultFacts } from "./ResultFacts.tsx";
import styles from "./RunSection.module.css";
import { runStates } from "./run-states.ts";
import { Section } from "./Section.tsx";
import { type RunView, shareDone, type TrainingStage } from "./training-state.ts";

interface RunSectionProps {
  view: RunView;
  baseName: string;
  refusal: Failure | null;
  /** As it is stored, once it is. */
  stored: TrainingRun | null;
  canResume: boolean;
  onPause: (runId: string) => void;
  onResume: (run: TrainingRun) => void;
  onRemove: (runId: string) => void;
  onClose: () => void;
  /** Null while the adapter is not among the models. */
  onCompare: (() => void) | null;
}

const stages: Record<TrainingStage, string> = {
  passages: "Retrieving passages for the prompts",
  reading: "Reading the dataset",
  hashing: "Checking the base's file",
  loading: "Loading the base",
  evaluating: "Measuring the validation loss",
  saving: "Saving the adapter",
};

/** The run as it goes, and what came of it. */
export function RunSection(props: RunSectionProps) {
  const { view, baseName, refusal, stored, canResume, onPause, onResume, onRemove, onClose, onCompare } = props;
  const { status, runId, result, failure } = view;
  return (
    <Section
      number={4}
      title="Run"
      aside={
        <span className={styles.state} data-state={status}>
          {status === "idle" ? "" : runStates[status]}
        </span>
      }
    >
      <p className={styles.name}>
        {view.name} <span className={styles.quiet}>on {baseName}</span>
      </p>
      {status === "running" && <Moving view={view} />}
      {failure !== null && <FailureNotice failure={failure} />}
      {refusal !== null && <FailureNotice failure={refusal} />}
      {(view.points.length > 0 || status === "running") && <LossChart view={view} />}
      {result !== null && <ResultFacts result={result} adapterId={view.adapterId} baseId={view.baseId} />}
      <div className={styles.actions}>
        {status === "running" && (
          <>
            <Button variant="default" disabled={runId === null} onClick={() => runId !== null && onPause(runId)}>
              Pause
            </Button>
            <ConfirmButton
              variant="subtle"
              color="red"
              disabled={runId === null}
              consequence={cancelWords(view)}
              confirm="Cancel the run"
              keep="Let it run"
              onConfirm={() => runId !== null && onRemove(runId)}
            >
              Cancel
            </ConfirmButton>
          </>
        )}
        {(status === "paused" || status === "failed") && stored !== null && (
          <Button disabled={!canResume} onClick={() => onResume(stored)}>
            Resume
          </Button>
        )}
        {status === "finished" && (
          <Button disabled={onCompare === null} onClick={() => onCompare?.()}>
            Compare with it
          </Button>
        )}
        {status !== "running" && (
          <Button variant="subtle" color="gray" onClick={onClose}>
            Close
          </Button>
        )}
      </div>
      <VisuallyHidden>
        <p role="status">{announcement(view)}</p>
      </VisuallyHidden>
    </Section>
  );
}

/** Where a running run is. */
function Moving({ view }: { view: RunView }) {
  const { stage, points, steps, tokensPerSecond, etaMs, memoryBytes } = view;
  const last = points.at(-1);
  const figures = [
    ...(last === undefined ? [] : [`epoch ${last.epoch.toFixed(1)}`, `loss ${last.loss.toFixed(3)}`]),
    ...(tokensPerSecond === null ? [] : [`${formatSpeed(tokensPerSecond)} tokens/s`]),
    ...(memoryBytes === null ? [] : [`${formatBytes(memoryBytes)} of memory`]),
  ];
  return (
    <div className={styles.moving}>
      <div className={styles.line}>
        <span>
          {steps > 0 && `Step ${(last?.step ?? 0).toLocaleString("en")} of ${steps.toLocaleString("en")}`}
          {stage !== null && (steps > 0 ? ` · ${stages[stage].toLowerCase()}` : `${stages[stage]}…`)}
          {stage === null && steps === 0 && "Starting…"}
        </span>
        {etaMs !== null && <span>{formatEta(etaMs)} left</span>}
      </div>
      <Progress value={shareDone(view) * 100} aria-label="Steps done" />
      <p className={styles.quiet}>{figures.join(" · ")}</p>
    </div>
  );
}

function cancelWords({ points, steps }: RunView): string {
  const done = points.at(-1)?.step ?? 0;
  const lost =
    done === 0 ? "Nothing is trained yet." : `${plural(done, "step")} of ${steps.toLocaleString("en")} are lost.`;
  return `The run stops and its checkpoints are deleted. ${lost} Pause keeps them, to go on later.`;
}

/** What a screen reader says; steps are too many to be read out. */
function announcement({ status, stage, failure, points }: RunView): string {
  if (status === "running") return points.length > 0 || stage === null ? "Training." : `${stages[stage]}.`;
  if (status === "failed") return failure?.message ?? "The run failed.";
  return status === "finished" ? "The adapter is trained." : status === "paused" ? "Paused." : "";
}

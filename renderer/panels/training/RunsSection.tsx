import { Button, UnstyledButton } from "@mantine/core";
import type { ModelInfo } from "../../../core/contract/index.ts";
import type { TrainingRun } from "../../../core/contract/training.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { plural } from "../../parts/format.ts";
import { RemoveAction } from "../../parts/RemoveAction.tsx";
import { runStates } from "./run-states.ts";
import runStyles from "./RunSection.module.css";
import styles from "./RunsSection.module.css";
import { Section } from "./Section.tsx";
import { Sparkline } from "./Sparkline.tsx";
import type { TrainingHandle } from "./use-training.ts";

interface RunsSectionProps {
  training: TrainingHandle;
  models: readonly ModelInfo[];
}

/** Every run of the workspace, newest first. */
export function RunsSection({ training, models }: RunsSectionProps) {
  const { runs, view } = training;
  const sorted = [...(runs.value ?? [])].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  const isTraining = view.status === "running" || sorted.some(({ state }) => state === "running");
  return (
    <Section title="Runs">
      {runs.failure !== null && <FailureNotice failure={runs.failure} />}
      {training.refusal !== null && view.status === "idle" && <FailureNotice failure={training.refusal} />}
      {runs.value?.length === 0 && (
        <p className={styles.facts}>No run yet. Runs stay here with their losses; a paused one can go on days later.</p>
      )}
      {sorted.length > 0 && (
        <ul className={styles.runs}>
          {sorted.map((run) => (
            <li key={run.id} className={styles.run} aria-current={run.id === view.runId}>
              <UnstyledButton className={styles.open} onClick={() => training.open(run)} disabled={isTraining}>
                <span className={styles.name}>{run.name}</span>
                <span className={styles.facts}>{facts(run, models)}</span>
              </UnstyledButton>
              <Sparkline points={run.points} />
              <span className={runStyles.state} data-state={run.state}>
                {runStates[run.state]}
              </span>
              {(run.state === "paused" || run.state === "failed") && (
                <Button size="compact-xs" variant="default" disabled={isTraining} onClick={() => training.resume(run)}>
                  Resume
                </Button>
              )}
              {run.state !== "running" && (
                <RemoveAction what={run.name} consequence={removeWords(run)} onRemove={() => training.remove(run.id)} />
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function facts({ baseId, createdAt, points, result, settings }: TrainingRun, models: readonly ModelInfo[]): string {
  const when = new Date(createdAt).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  const base = models.find(({ id }) => id === baseId)?.name ?? "a base that was removed";
  const loss = result?.loss.validation ?? points.at(-1)?.loss;
  return [
    when,
    base,
    `rank ${settings.rank}`,
    plural(points.at(-1)?.step ?? 0, "step"),
    ...(loss === undefined ? [] : [`loss ${loss.toFixed(3)}`]),
  ].join(" · ");
}

const removeWords = ({ name, state, points }: TrainingRun): string =>
  state === "finished"
    ? `${name} leaves this list with its losses. The adapter it made stays.`
    : `${name} and its checkpoints are deleted: ${plural(points.at(-1)?.step ?? 0, "step")} of work. The dataset stays.`;

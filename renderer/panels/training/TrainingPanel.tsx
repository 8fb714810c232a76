import { VisuallyHidden } from "@mantine/core";
import { IntakeList } from "../documents/IntakeList.tsx";
import { DistillSection } from "../distillation/DistillSection.tsx";
import { ReviewPanel } from "../distillation/ReviewPanel.tsx";
import type { DistillationHandle } from "../distillation/use-distillation.ts";
import type { Intake } from "../documents/use-intake.ts";
import type { Workspace } from "../workspace/use-workspace.ts";
import { DatasetSection } from "./DatasetSection.tsx";
import { PeftSection } from "./PeftSection.tsx";
import { PlanSection } from "./PlanSection.tsx";
import { RunSection } from "./RunSection.tsx";
import { RunsSection } from "./RunsSection.tsx";
import { SettingsSection } from "./SettingsSection.tsx";
import styles from "./TrainingPanel.module.css";
import type { PeftImportHandle } from "./use-peft-import.ts";
import type { TrainingForm } from "./use-training-form.ts";
import type { TrainingHandle } from "./use-training.ts";

interface TrainingPanelProps {
  workspace: Workspace;
  form: TrainingForm;
  training: TrainingHandle;
  peft: PeftImportHandle;
  distillation: DistillationHandle;
  intake: Intake;
  /** Takes what was dropped or picked, whatever it is. */
  onFiles: (files: readonly File[]) => void;
  onPickBase: (modelId: string) => void;
  onAddModel: () => void;
  /** Asks with an adapter at scale 1 on its base. */
  onCompare: (baseId: string, adapterId: string) => void;
}

/** From pairs of prompt and answer to an adapter in the comparison. */
export function TrainingPanel(props: TrainingPanelProps) {
  const { workspace, form, training, peft, distillation, intake, onFiles, onPickBase, onAddModel, onCompare } = props;
  const { models, loaded, picks } = workspace;
  const { view, runs } = training;
  const nameOf = (modelId: string): string =>
    models.find(({ id }) => id === modelId)?.name ?? "a base that was removed";
  const isTraining = view.status === "running" || runs.value?.some(({ state }) => state === "running") === true;
  const planned = form.plan.status === "done" ? form.plan.value.dataset : null;
  const { adapterId } = view;
  const reviewed = distillation.drafts.value?.find(({ id }) => id === distillation.reviewedId);
  if (reviewed !== undefined) {
    return (
      <ReviewPanel
        draft={reviewed}
        onClose={() => distillation.review(null)}
        onTrain={(path) => {
          form.dataset.takePath(path);
          distillation.review(null);
        }}
      />
    );
  }
  const isKnown = adapterId !== null && models.some(({ id }) => id === adapterId);
  return (
    <main className={styles.panel} aria-label="Training" data-has-run={view.status !== "idle"}>
      <VisuallyHidden>
        <h1>Train an adapter</h1>
      </VisuallyHidden>
      <IntakeList intake={intake} />
      <div className={styles.columns}>
        <div className={styles.making}>
          <DatasetSection dataset={form.dataset} planned={planned} onFiles={onFiles} />
          <SettingsSection
            models={models}
            collections={workspace.collections}
            loaded={loaded}
            baseId={picks.modelId}
            onPickBase={onPickBase}
            onAddFile={onAddModel}
            name={form.name}
            nameOffer={form.nameOffer}
            onName={form.setName}
            draft={form.draft}
            onDraft={form.setDraft}
            problems={form.problems}
          />
        </div>
        <div className={styles.running}>
          <PlanSection
            form={form}
            isTraining={isTraining}
            hasRun={view.status !== "idle"}
            onStart={() => form.request !== null && training.start(form.request)}
          />
          {view.status !== "idle" && (
            <div className={styles.run}>
              <RunSection
                view={view}
                baseName={nameOf(view.baseId)}
                refusal={training.refusal}
                stored={runs.value?.find(({ id }) => id === view.runId) ?? null}
                canResume={!isTraining}
                onPause={training.pause}
                onResume={training.resume}
                onRemove={training.remove}
                onClose={training.close}
                onCompare={isKnown ? () => onCompare(view.baseId, adapterId) : null}
              />
            </div>
          )}
          <RunsSection training={training} models={models} />
          <DistillSection
            distillation={distillation}
            models={models}
            collections={workspace.collections}
            dataset={form.dataset.file.status === "ready" ? form.dataset.file : null}
          />
          <PeftSection
            peft={peft}
            baseName={picks.modelId === null ? null : nameOf(picks.modelId)}
            onCompare={(id) => picks.modelId !== null && onCompare(picks.modelId, id)}
          />
        </div>
      </div>
    </main>
  );
}

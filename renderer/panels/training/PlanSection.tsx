import { Button, Loader } from "@mantine/core";
import type { TrainingPlan } from "../../../core/contract/training.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { formatCount, formatEta, formatSpeed, plural } from "../../parts/format.ts";
import { MemoryBar } from "./MemoryBar.tsx";
import styles from "./PlanSection.module.css";
import { Section } from "./Section.tsx";
import type { TrainingForm } from "./use-training-form.ts";

interface PlanSectionProps {
  form: TrainingForm;
  /** One run at a time has the processor. */
  isTraining: boolean;
  /** Whether a run is shown already, which then has the next step. */
  hasRun: boolean;
  onStart: () => void;
}

/** What a run will take, said before it starts. */
export function PlanSection({ form, isTraining, hasRun, onStart }: PlanSectionProps) {
  const { plan, blockedBy, makePlan } = form;
  const blocked = blockedBy ?? (isTraining ? "A run is going on; pause or finish it first." : null);
  return (
    <Section number={3} title="Plan">
      {plan.status === "running" && (
        <p className={styles.quiet} role="status">
          <Loader size="xs" /> Loading the base and measuring a step…
        </p>
      )}
      {plan.status === "failed" && (
        <FailureNotice failure={plan.failure}>
          <Button size="compact-sm" variant="default" disabled={blocked !== null} onClick={makePlan}>
            Plan again
          </Button>
        </FailureNotice>
      )}
      {plan.status === "failed" && plan.failure.code === "training_memory_insufficient" && (
        <MemoryBar memory={plan.failure.details} />
      )}
      {plan.status === "done" && <PlanFacts plan={plan.value} />}
      <div className={styles.actions}>
        {plan.status === "done" ? (
          <Button
            variant={hasRun ? "default" : "filled"}
            disabled={blocked !== null || !fits(plan.value)}
            onClick={onStart}
          >
            Start training
          </Button>
        ) : (
          plan.status === "idle" && (
            <Button disabled={blocked !== null} onClick={makePlan}>
              See what it takes
            </Button>
          )
        )}
        {blocked !== null ? (
          <span className={styles.quiet}>{blocked}</span>
        ) : (
          plan.status === "idle" && (
            <span className={styles.quiet}>Memory, steps and time, from steps measured on this machine.</span>
          )
        )}
      </div>
    </Section>
  );
}

const fits = ({ memory }: TrainingPlan): boolean => memory.neededBytes <= memory.availableBytes;

function PlanFacts({ plan }: { plan: TrainingPlan }) {
  const { steps, estimatedMs, tokensPerSecond, threads, trainableParameters, sequenceLength, memory } = plan;
  return (
    <>
      <p className={styles.time}>
        {plural(steps, "step")}
        {estimatedMs !== null && `, ${formatEta(estimatedMs)}`}
      </p>
      <MemoryBar memory={memory} />
      {!fits(plan) && (
        <p className={styles.warning}>
          It does not fit into the memory that is free. Choose a smaller base, a shorter longest example or a lower
          rank, or close other programs.
        </p>
      )}
      <dl className={styles.facts}>
        <dt>Speed</dt>
        <dd>
          {tokensPerSecond === null ? "not measured" : `${formatSpeed(tokensPerSecond)} tokens/s, measured`} on{" "}
          {plural(threads, "thread")}
        </dd>
        <dt>Trained</dt>
        <dd>{formatCount(trainableParameters)} parameters</dd>
        <dt>At once</dt>
        <dd>
          {plural(plan.microBatchesPerStep, "batch", "batches")} of {plural(plan.microBatchTokens, "token")} per step,
          sequences of {sequenceLength.toLocaleString("en")}
        </dd>
        {plan.checkpointing && (
          <>
            <dt>To save memory</dt>
            <dd>activations are computed twice, which is slower</dd>
          </>
        )}
      </dl>
    </>
  );
}

import { VisuallyHidden } from "@mantine/core";
import { useState } from "react";
import type { TrainingResult } from "../../../core/contract/training.ts";
import { useLive } from "../../engine/use-live.ts";
import { CopyAction } from "../../parts/CopyAction.tsx";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { formatBytes, formatMs, formatSpeed, plural } from "../../parts/format.ts";
import { LayerBars } from "./LayerBars.tsx";
import styles from "./ResultFacts.module.css";

interface ResultFactsProps {
  result: TrainingResult;
  adapterId: string | null;
  baseId: string;
}

/** What a finished run gave: losses on what it has not learnt from, and the file. */
export function ResultFacts({ result, adapterId, baseId }: ResultFactsProps) {
  const { loss, end, bestStep, steps, ms, tokensPerSecond, peakMemoryBytes, path } = result;
  return (
    <div className={styles.result}>
      <table className={styles.losses}>
        <caption>Loss, nats per answer token</caption>
        <thead>
          <tr>
            <th scope="col">
              <VisuallyHidden>Split</VisuallyHidden>
            </th>
            <th scope="col">base</th>
            <th scope="col">adapter</th>
          </tr>
        </thead>
        <tbody>
          <LossRow name="Validation" before={loss.validationBefore} after={loss.validation} />
          <LossRow name="Test, never seen" before={loss.testBefore} after={loss.test} />
          <LossRow name="Training" before={null} after={loss.train} />
        </tbody>
      </table>
      <p className={styles.facts}>
        {end === "early-stop"
          ? `Stopped early after ${plural(steps, "step")}, as the validation loss fell no more`
          : plural(steps, "step")}{" "}
        · weights of step {bestStep.toLocaleString("en")} · {formatMs(ms)} · {formatSpeed(tokensPerSecond)} tokens/s ·{" "}
        {formatBytes(peakMemoryBytes)} at most
      </p>
      <p className={styles.path}>
        <span>{path}</span> <CopyAction text={path} label="Copy the path" />
      </p>
      {adapterId !== null && <LayerReport adapterId={adapterId} baseId={baseId} />}
    </div>
  );
}

function LossRow({ name, before, after }: { name: string; before: number | null; after: number | null }) {
  if (before === null && after === null) return null;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{before?.toFixed(3) ?? ""}</td>
      <td>{after?.toFixed(3) ?? ""}</td>
    </tr>
  );
}

/** Read only once it is looked at: every matrix of the adapter is multiplied out for it. */
function LayerReport({ adapterId, baseId }: { adapterId: string; baseId: string }) {
  const [isOpen, setOpen] = useState(false);
  const report = useLive(isOpen ? `${adapterId} ${baseId}` : null, [], (engine, _key, options) =>
    engine.training.report({ adapterId, baseId }, options),
  );
  return (
    <details className={styles.layers} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>What it changes, layer by layer</summary>
      {report.failure !== null && <FailureNotice failure={report.failure} />}
      {report.value !== null && <LayerBars report={report.value} />}
      {isOpen && report.value === null && report.failure === null && <p className={styles.facts}>Reading it…</p>}
    </details>
  );
}

import type { TrainingPlan } from "../../../core/contract/training.ts";
import { formatBytes } from "../../parts/format.ts";
import styles from "./MemoryBar.module.css";

const parts = [
  { name: "Model", key: "modelBytes" },
  { name: "Activations", key: "activationBytes" },
  { name: "Adapter and optimizer", key: "optimizerBytes" },
] as const satisfies { name: string; key: keyof TrainingPlan["memory"] }[];

/** What a run takes of the memory there is. */
export function MemoryBar({ memory }: { memory: TrainingPlan["memory"] }) {
  const { neededBytes, availableBytes } = memory;
  const whole = Math.max(neededBytes, availableBytes);
  return (
    <div className={styles.memory}>
      <div className={styles.bar} aria-hidden="true">
        {parts.map(({ key }) => (
          <span
            key={key}
            className={styles.part}
            data-part={key}
            style={{ width: `${(memory[key] / whole) * 100}%` }}
          />
        ))}
        {neededBytes > availableBytes && (
          <span className={styles.limit} style={{ left: `${(availableBytes / whole) * 100}%` }} />
        )}
      </div>
      <dl className={styles.figures}>
        {parts.map(({ name, key }) => (
          <div key={key} data-part={key}>
            <dt>{name}</dt>
            <dd>{formatBytes(memory[key])}</dd>
          </div>
        ))}
        <div>
          <dt>Together</dt>
          <dd>
            {formatBytes(neededBytes)} of {formatBytes(availableBytes)} available
          </dd>
        </div>
      </dl>
    </div>
  );
}

import type { TrainingPlan } from "../../../core/contract/training.ts";
import { formatBytes } from "../../parts/format.ts";
import styles from "./MemoryBar.module.css";

/** The trainer's own program is needed too, but is none of the three. */
const partsOf = ({ modelBytes, activationBytes, optimizerBytes, neededBytes }: TrainingPlan["memory"]) => [
  { name: "Model", key: "model", bytes: modelBytes },
  { name: "Activations", key: "activations", bytes: activationBytes },
  { name: "Adapter and optimizer", key: "optimizer", bytes: optimizerBytes },
  { name: "Program", key: "program", bytes: Math.max(0, neededBytes - modelBytes - activationBytes - optimizerBytes) },
];

/** What a run takes of the memory there is. */
export function MemoryBar({ memory }: { memory: TrainingPlan["memory"] }) {
  const { neededBytes, availableBytes } = memory;
  const whole = Math.max(neededBytes, availableBytes);
  const parts = partsOf(memory).filter(({ bytes }) => bytes > 0);
  return (
    <div className={styles.memory}>
      <div className={styles.bar} aria-hidden="true">
        {parts.map(({ key, bytes }) => (
          <span key={key} className={styles.part} data-part={key} style={{ width: `${(bytes / whole) * 100}%` }} />
        ))}
        {neededBytes > availableBytes && (
          <span className={styles.limit} style={{ left: `${(availableBytes / whole) * 100}%` }} />
        )}
      </div>
      <dl className={styles.figures}>
        {parts.map(({ name, key, bytes }) => (
          <div key={key} data-part={key}>
            <dt>{name}</dt>
            <dd>{formatBytes(bytes)}</dd>
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

import { Button, Progress } from "@mantine/core";
import type { LoadProgress } from "../../core/contract/index.ts";
import styles from "./LoadingLine.module.css";

const stages: Record<LoadProgress["stage"], string> = {
  hashing: "Hashing the file of",
  checking: "Checking whether it fits in memory:",
  loading: "Loading",
  calibrating: "Measuring the best number of threads for",
};

interface LoadingLineProps {
  progress: LoadProgress | null;
  /** Named after the stage's words. */
  what: string;
  onCancel?: () => void;
}

/** A model on its way into memory. */
export function LoadingLine({ progress, what, onCancel }: LoadingLineProps) {
  return (
    <div className={styles.line} role="status">
      <span className={styles.words}>
        {progress === null ? "Starting with" : stages[progress.stage]} {what}…
      </span>
      <Progress
        className={styles.bar}
        value={(progress?.fraction ?? 0) * 100}
        size="sm"
        aria-label="Progress of this step"
      />
      {onCancel !== undefined && (
        <Button size="compact-xs" variant="default" onClick={onCancel}>
          Cancel
        </Button>
      )}
    </div>
  );
}

import { Button, Progress } from "@mantine/core";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { formatEta } from "../../parts/format.ts";
import styles from "./IntakeList.module.css";
import type { IntakeItem, IntakeView } from "./intake-state.ts";
import type { Intake } from "./use-intake.ts";

/** What is coming in, file by file, and what came of it. */
export function IntakeList({ intake }: { intake: Intake }) {
  const { view, stop, pause, resume, dismiss } = intake;
  if (view.items.length === 0 && view.status !== "running") return null;
  return (
    <section className={styles.intake} aria-label="Arriving files">
      <header className={styles.header}>
        <span role="status">{overallWords(view)}</span>
        {view.status === "running" ? (
          <span className={styles.buttons}>
            {view.importId !== null && (
              <Button
                className={styles.button}
                size="compact-xs"
                variant="default"
                onClick={view.isPaused ? resume : pause}
              >
                {view.isPaused ? "Resume" : "Pause"}
              </Button>
            )}
            <Button className={styles.button} size="compact-xs" variant="default" onClick={stop}>
              Cancel
            </Button>
          </span>
        ) : (
          <Button className={styles.button} size="compact-xs" variant="subtle" color="gray" onClick={dismiss}>
            Dismiss
          </Button>
        )}
      </header>
      {view.status === "running" && view.total > 0 && (
        <Progress value={(view.done / view.total) * 100} size="sm" aria-label="Documents imported" />
      )}
      <ul className={styles.items}>
        {view.items.map((item) => (
          <Item key={item.key} item={item} />
        ))}
      </ul>
    </section>
  );
}

function Item({ item: { name, status, note, fraction, warnings, failure, key } }: { item: IntakeItem }) {
  const isMoving = status === "uploading" || status === "working";
  return (
    <li className={styles.item} data-status={status}>
      <div className={styles.line}>
        <span className={styles.name} title={key}>
          {name}
        </span>
        <span className={styles.note}>
          {note}
          {isMoving && fraction > 0 && ` ${Math.round(fraction * 100)}%`}
        </span>
      </div>
      {isMoving && <Progress value={fraction * 100} size="xs" aria-label={`${note} ${name}`} />}
      {warnings.map((warning) => (
        <p key={warning.code} className={styles.warning}>
          {warning.message}
        </p>
      ))}
      {failure !== null && <FailureNotice failure={failure} />}
    </li>
  );
}

function overallWords({ status, items, isPaused, passed, done, total, etaMs }: IntakeView): string {
  if (status === "running") {
    if (isPaused) return `Paused at ${done} of ${total} documents`;
    const count = total > 1 ? `${Math.min(done + 1, total)} of ${total} documents` : "Working";
    return etaMs === null || etaMs === 0 ? count : `${count}, ${formatEta(etaMs)} left`;
  }
  const failed = items.filter((item) => item.status === "failed").length;
  const added = items.filter((item) => item.status === "done").length;
  const unchanged = passed === 0 ? [] : [`${passed} unchanged`];
  return [`${added} added`, ...unchanged, ...(failed === 0 ? [] : [`${failed} failed`])].join(", ");
}
